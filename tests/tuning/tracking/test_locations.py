import subprocess
from pathlib import Path

import pytest

from tuning.tracking import Provenance, default_artifact_root, git_commit, mask_credentials


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("postgresql://me:secret@db:5432/x", "postgresql://me:***@db:5432/x"),
        ("postgresql+psycopg://me:se:c@ret@db/x", "postgresql+psycopg://me:***@db/x"),
        ("https://token@host/path", "https://***@host/path"),
        ("http://host/path?user=me&password=p&x=1", "http://host/path?user=me&password=***&x=1"),
        ("postgresql://me:p/w@db/x", "postgresql://me:***@db/x"),
        ("postgresql://me:a?b#c/d@db:5432/x?a=1", "postgresql://me:***@db:5432/x?a=1"),
        ("http://:secret@host", "http://:***@host"),
        (
            "'mysql://u:p@h/d' and http://a:b@c,http://d:e@f",
            "'mysql://u:***@h/d' and http://a:***@c,http://d:***@f",
        ),
        (
            "http://h/?X-Amz-Signature=ab&apikey=k&y=1",
            "http://h/?X-Amz-Signature=***&apikey=***&y=1",
        ),
        (
            "http://h/?access_token=t;refresh_token=u",
            "http://h/?access_token=***;refresh_token=***",
        ),
        ("host=db user=me password=secret dbname=x", "host=db user=me password=*** dbname=x"),
        (r"password='it\'s a secret' host=db", "password=*** host=db"),
        ("PGPASSWORD=secret psql", "PGPASSWORD=*** psql"),
        ("http://127.0.0.1:5000/#/experiments/1", "http://127.0.0.1:5000/#/experiments/1"),
        ("MLFLOW_TRACKING_TOKEN=secret python", "MLFLOW_TRACKING_TOKEN=*** python"),
        ("AWS_SECRET_ACCESS_KEY=secret", "AWS_SECRET_ACCESS_KEY=***"),
        ('{"password": "secret", "user": "me"}', '{"password": ***, "user": "me"}'),
        ("POSTGRES_PASSWORD: secret\nuser: me", "POSTGRES_PASSWORD: ***\nuser: me"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("{'authorization': 'Basic bWU6c2VjcmV0'}", "{'authorization': 'Basic ***'}"),
        ("http://h/blob?sv=1&sig=secret", "http://h/blob?sv=1&sig=***"),
        ("http://h/?design=plain", "http://h/?design=plain"),
        ("token_kind=word pad_token=0", "token_kind=word pad_token=0"),
        ("sqlite:////data/mlruns/mlflow.db", "sqlite:////data/mlruns/mlflow.db"),
        ("write to me@example.org", "write to me@example.org"),
    ],
)
def test_credentials_are_masked(text: str, masked: str) -> None:
    assert mask_credentials(text) == masked


def test_a_server_chooses_its_own_artifact_root() -> None:
    assert default_artifact_root("http://localhost:5000") is None


def test_git_commit_names_the_commit_and_changes(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        command = ["git", "-C", str(tmp_path), *identity, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    assert git_commit(tmp_path) is None
    git("init", "-q")
    (tmp_path / "a.txt").write_text("1")
    git("add", "a.txt")
    git("commit", "-qm", "one")
    commit = git("rev-parse", "HEAD")
    assert git_commit(tmp_path) == commit
    (tmp_path / "a.txt").write_text("2")
    assert git_commit(tmp_path) == f"{commit}-dirty"


def test_provenance_survives_json_and_later_versions() -> None:
    provenance = Provenance(git_commit="1a", dataset="digits", tags={"recipe": "digits-cnn"})
    assert Provenance.from_dict(provenance.to_dict() | {"later": 1}) == provenance
