"""One of several searches on a study ends it; if that one is killed, another one does."""

from __future__ import annotations

import sys

import psutil
import pytest

from tests.service import finishing
from tests.service.support import spawn, wait_until
from tuning import open_study
from tuning.storage.records import RESULT

pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.timeout(300)]


def start(root, marks):
    return spawn(
        [sys.executable, "-m", "tests.service.finishing", str(root)],
        {"TEST_MARKS": str(marks), finishing.HOLD: "1", "KERAS_BACKEND": "tensorflow"},
    )


def reads(marks):
    """Process ids of the workers that opened the test rows."""
    return {int(path.name.partition("-")[2]) for path in marks.glob("reads-*")}


def versions(root):
    """How many versions of the winner were registered."""
    from tuning.tracking.quiet import connect

    return len(connect(f"sqlite:///{root}/mlflow.db").search_model_versions("name='found'"))


@pytest.fixture
def marks(tmp_path):
    folder = tmp_path / "marks"
    folder.mkdir()
    (folder / "hold").touch()
    return folder


def test_two_searches_refit_and_test_once(tmp_path, marks):
    searches = [start(tmp_path / "runs", marks) for _ in range(2)]
    wait_until(lambda: reads(marks) or any(s.poll() is not None for s in searches), 200)
    (marks / "hold").unlink()
    outputs = [process.communicate(timeout=200) for process in searches]
    assert [process.returncode for process in searches] == [0, 0], outputs
    assert len(reads(marks)) == 1
    lines = [output.splitlines()[-1] for output, _ in outputs]
    assert lines[0] == lines[1]  # one result, read by both
    assert lines[0].startswith("1 ")
    assert versions(tmp_path / "runs") == 1


def test_the_end_of_a_killed_search_is_taken_over_and_its_reading_counted(tmp_path, marks):
    searches = [start(tmp_path / "runs", marks) for _ in range(2)]
    wait_until(lambda: reads(marks) or any(s.poll() is not None for s in searches), 200)
    (reader,) = reads(marks)
    above = {process.pid for process in psutil.Process(reader).parents()}
    (victim,) = (s for s in searches if s.pid in above)
    (other,) = (s for s in searches if s is not victim)
    victim.kill()
    victim.communicate()
    (marks / "hold").unlink()
    output, errors = other.communicate(timeout=200)
    assert other.returncode == 0, errors
    assert output.splitlines()[-1].startswith("2 ")  # the split had been opened before
    study = open_study("s", root=str(tmp_path / "runs"))
    assert study.user_attrs[RESULT]["test_reads"] == 2
    assert len(reads(marks)) == 2
    assert versions(tmp_path / "runs") == 1
