"""`mlflow models serve` of a logged model takes raw rows, raw images and raw text."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pipelines import train
from tests.pipelines.conftest import REPOSITORY
from tests.pipelines.own_data import write_table, write_texts
from tests.servers import answers, ask, free_port
from tuning.tracking import default_tracking_uri

# A server starts in about 15 s, most of which is TensorFlow's import; each is its own process.
pytestmark = [pytest.mark.slow, pytest.mark.service, pytest.mark.timeout(500)]

ROWS = {"columns": ["size", "colour"], "data": [[2.5, "red"], [None, "blue"], [-1.0, "green"]]}
CASES = {
    "tabular": (
        lambda folder: {"path": str(write_table(folder)), "target": "label"},
        {"dataframe_split": ROWS},
        {"no", "yes"},
    ),
    "digits-mlp": (
        lambda folder: {},
        {"inputs": np.full((3, 8, 8, 1), 7.0).tolist()},
        {str(digit) for digit in range(10)},
    ),
    "text": (
        lambda folder: {"path": str(write_texts(folder))},
        {"dataframe_records": [{"text": text} for text in ("the match", "cheese", "a new word")]},
        {"sport", "food"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_raw_input_comes_back_as_readable_predictions(name, tmp_path):
    data, body, answers = CASES[name]
    result = train(name, tiny=True, data=data(tmp_path), root=tmp_path / "mlruns")
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "models", "serve", "--env-manager", "local"]
    command += ["--model-uri", f"runs:/{result.run_id}/model", "--port", str(port)]
    environment = os.environ | {
        "PYTHONPATH": str(REPOSITORY),
        # MLflow starts `uvicorn` by its name, as in an activated environment.
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "MLFLOW_TRACKING_URI": default_tracking_uri(tmp_path / "mlruns"),
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    with (tmp_path / "server.log").open("w+") as log:
        # Its own group: the server starts further processes, and all of them must end.
        server = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait_for(port, server, log)
            status, reply = ask(port, "POST", "/invocations", body)
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=30)
    assert status == 200, reply
    found = json.loads(reply)["predictions"]
    assert len(found) == 3
    assert {row["prediction"] for row in found} <= answers
    assert all(0 < row["probability"] <= 1 for row in found)


def _wait_for(port, server, log, seconds=300.0):
    end = time.monotonic() + seconds
    while not answers(port, "/ping"):
        log.seek(0)
        assert server.poll() is None and time.monotonic() < end, log.read()
        time.sleep(0.5)
