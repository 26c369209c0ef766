"""The mirror's process beside a search, with MLflow there, away, and back."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.service.mlflow_server import MlflowServer
from tests.tuning.tracking.studies import add_trial, demo_study, new_study
from tests.tuning.tracking.test_sync import PARAMS, runs_of
from tuning.storage import records
from tuning.tracking import Mirror, sync

pytestmark = pytest.mark.service


def until(condition: Any, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


@pytest.mark.exhaustive
def test_the_mirror_follows_and_finishes(storage: Any, storage_url: str, tracking_uri: str) -> None:
    study = demo_study(storage, trials=3, settings={"trials": 4})
    said: list[str] = []
    begun = time.thread_time()
    mirror = Mirror(storage_url, "digits", tracking_uri, interval=0.1, warn=said.append).start()
    assert time.thread_time() - begun < 1.0  # starting costs the search nothing
    assert mirror.wait(120) is not None
    until(lambda: mirror.report.written == 3)
    assert runs_of(tracking_uri, study)[0].info.status == "RUNNING"
    add_trial(study, PARAMS, values=[0.97], start=50)
    until(lambda: mirror.report.written == 4)
    mirror.look_ahead()
    report = mirror.close(120)
    assert (report.synced, report.left, report.error) == (True, 0, None)
    assert mirror.close() == report
    parent, children = runs_of(tracking_uri, study)
    assert parent.info.status == "FINISHED"
    assert parent.info.run_id == report.run_id == mirror.run_id
    assert sorted(children) == [0, 1, 2, 3]
    assert "writer" not in parent.data.tags
    assert said == []
    assert not sync(storage_url, "digits", tracking_uri).changed


def test_a_search_that_dies_leaves_a_mirror_that_finishes(
    storage: Any, storage_url: str, tracking_uri: str
) -> None:
    study = demo_study(storage, trials=2)
    code = (
        "import os, sys\n"
        "from tuning.tracking import Mirror\n"
        "Mirror(sys.argv[1], 'digits', sys.argv[2], interval=0.1).start()\n"
        "os.kill(os.getpid(), 9)\n"
    )
    root = str(Path(__file__).parents[3])
    command = [sys.executable, "-c", code, storage_url, tracking_uri]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": root}, check=False)
    assert done.returncode == -signal.SIGKILL

    def finished() -> bool:
        try:
            parent, children = runs_of(tracking_uri, study)
        except AssertionError:
            return False
        return parent.info.status == "KILLED" and sorted(children) == [0, 1]

    until(finished)


def test_a_hanging_server_never_holds_the_search_up(storage: Any, storage_url: str) -> None:
    study = new_study(storage)
    add_trial(study, PARAMS, values=[0.9])
    said: list[str] = []
    with socket.socket() as silent:  # accepts connections and never answers
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        uri = f"http://user:secret@127.0.0.1:{silent.getsockname()[1]}"
        mirror = Mirror(storage_url, "digits", uri, warn=said.append, advice="Ask Ada.").start()
        time.sleep(1.0)
        begun = time.monotonic()
        report = mirror.close(0.5)
        assert time.monotonic() - begun < 60.0
    assert not report.synced
    assert len(said) == 1
    assert said[0].endswith("of study 'digits': Ask Ada.")
    assert "secret" not in said[0]


@pytest.mark.parametrize("listens", [True, False], ids=["silent", "nobody"])
def test_a_dead_server_is_waited_for_some_seconds_only(
    storage: Any, storage_url: str, monkeypatch: pytest.MonkeyPatch, listens: bool
) -> None:
    monkeypatch.setattr("tuning.tracking.mirror._SILENCE", 1.0)
    add_trial(new_study(storage), PARAMS, values=[0.9])
    said: list[str] = []
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if listens:
            silent.listen()
        uri = f"http://127.0.0.1:{silent.getsockname()[1]}"
        mirror = Mirror(storage_url, "digits", uri, warn=said.append).start()
        until(lambda: mirror._asked is not None)  # MLflow is imported: from here it is the server
        begun = time.monotonic()
        report = mirror.close(120, grace=1.0, say=False)
        assert time.monotonic() - begun < 60.0
    assert report.run_id is None
    mirror.say_what_is_left(["the model", "its figures"])
    assert "still lacks some finished trials, the model and its figures" in said[-1].replace(
        "1 finished", "some finished"
    )


@pytest.fixture
def server(empty_mlflow: Path, tmp_path: Path) -> Iterator[Any]:
    """A real `mlflow server` that is not started yet."""
    server = MlflowServer(tmp_path, empty_mlflow)
    yield server
    server.stop()


@pytest.mark.slow
def test_a_server_that_is_down_is_caught_up_with(
    storage: Any, storage_url: str, server: Any
) -> None:
    study = demo_study(storage, trials=3, settings={"trials": 3})
    said: list[str] = []
    mirror = Mirror(storage_url, "digits", server.uri, interval=0.1, warn=said.append).start()
    until(lambda: said)
    report = mirror.close(60)
    assert (report.synced, report.left, report.run_id) == (False, 3, None)
    assert len(said) == 2  # one warning of the outage, one of what is left
    assert "cannot be reached" in said[0]
    assert "3 finished trials" in said[1]
    uri = server.start()
    caught_up = sync(storage_url, "digits", uri)
    assert caught_up.created == 3
    assert not sync(storage_url, "digits", uri).changed
    parent, children = runs_of(uri, study)
    assert sorted(children) == [0, 1, 2]
    assert parent.data.metrics["best_value"] == max(
        r.value for r in records.read_trials(study) if r.state == records.COMPLETE
    )


def test_an_interval_must_be_positive() -> None:
    with pytest.raises(ValueError, match=r"`interval > 0` must hold\. Got interval=0"):
        Mirror("sqlite://", "digits", "sqlite://", interval=0)
