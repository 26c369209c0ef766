"""Checkpoints of a study that is deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.jobs.checkpoints import CHECKPOINTS_VARIABLE, forget_study, kept_apart
from tests.service.support import settings
from tuning.storage.database import open_storage
from tuning.storage.identity import store_id


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/studies.db"


@pytest.mark.parametrize("study", ["digits", "..", ".", "../others", "", "digits/.."])
def test_only_the_folders_of_the_study_go(
    study: str, tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = f"checkpoints/{store_id(open_storage(url))}"
    names = [
        *("checkpoints/digits", "checkpoints/wine", "others"),
        *(f"{store}/digits", f"{store}/wine", "checkpoints/of-another-store/digits"),
    ]
    for name in names:
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "trial.npz").write_bytes(b"weights")
    monkeypatch.setenv(CHECKPOINTS_VARIABLE, str(tmp_path / "checkpoints"))
    forget_study(study, url)
    left = [name for name in names if (tmp_path / name / "trial.npz").exists()]
    gone = (f"checkpoints/{study}", f"{store}/{study}")
    assert left == [name for name in names if name not in gone]


def test_without_a_folder_there_is_nothing_to_forget(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(CHECKPOINTS_VARIABLE, raising=False)
    forget_study("digits", url)


def test_studies_of_one_name_in_two_stores_share_no_checkpoint(tmp_path: Path) -> None:
    folder = tmp_path / "checkpoints"
    here, there, again = (
        kept_apart(settings(tmp_path / name, checkpoints=folder)).study_checkpoints
        for name in ("here", "there", "here")
    )
    assert here == again != there
    assert here is not None
    assert here.name == "s"
    assert here.parent.parent == folder


def test_a_study_of_an_earlier_version_goes_on_where_its_checkpoints_are(tmp_path: Path) -> None:
    folder = tmp_path / "checkpoints"
    (folder / "s").mkdir(parents=True)
    found = kept_apart(settings(tmp_path, checkpoints=folder))
    assert found.study_checkpoints == folder / "s"
