"""What the mirror's process hands over in the end, run in this process."""

import io
import json
from pathlib import Path
from typing import Any

from tests.tuning.tracking.studies import demo_study
from tests.tuning.tracking.test_sync import runs_of
from tuning.tracking.daemon import Deliver, MirrorLoop

ENDING = {"files": False, "status": "FINISHED"}


def states(
    storage_url: str, tracking_uri: str, deliver: Deliver, *, folder: Path
) -> list[dict[str, Any]]:
    config = {
        "storage": storage_url,
        "study": "digits",
        "tracking_uri": tracking_uri,
        "interval": 0.1,
    }
    output = io.StringIO()
    loop = MirrorLoop(config, output, deliver=deliver)
    loop.stop({**ENDING, "deliver": str(folder)})
    loop.run()
    return [json.loads(line) for line in output.getvalue().splitlines()]


def test_what_is_delivered_comes_after_the_end_of_the_study(
    storage: Any, storage_url: str, tracking_uri: str, tmp_path: Path
) -> None:
    study, statuses = demo_study(storage, trials=1), []

    def deliver(run: Any, folder: Path) -> None:
        statuses.append(runs_of(tracking_uri, study)[0].info.status)
        run.text(folder.name, "folder.txt")

    said = states(storage_url, tracking_uri, deliver, folder=tmp_path)
    assert statuses == ["FINISHED"]
    assert said[-1].items() >= {"delivered": True, "delivering": False, "synced": True}.items()
    assert [state.get("delivering") for state in said].count(True) == 1


def test_what_is_refused_is_said_without_passwords_and_the_study_is_complete(
    storage: Any, storage_url: str, tracking_uri: str, tmp_path: Path
) -> None:
    demo_study(storage, trials=1)

    def deliver(run: Any, folder: Path) -> None:
        raise OSError("http://ada:secret@store is full")

    said = states(storage_url, tracking_uri, deliver, folder=tmp_path)[-1]
    assert "delivered" not in said
    assert (said["synced"], said["delivering"], said["error"]) == (True, False, None)
    assert "is full" in said["refused"]
    assert "secret" not in said["refused"]
