"""`mlflow models serve` of a logged model takes raw rows, raw images and raw text."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pipelines import train
from tests.pipelines.conftest import REPOSITORY
from tests.pipelines.own_data import write_table, write_texts
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
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
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
            found = _ask(port, "POST", "/invocations", body)["predictions"]
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=30)
    assert len(found) == 3
    assert {row["prediction"] for row in found} <= answers
    assert all(0 < row["probability"] <= 1 for row in found)


def _wait_for(port, server, log, seconds=300.0):
    end = time.monotonic() + seconds
    while True:
        try:
            _ask(port, "GET", "/ping")
            return
        except OSError:
            log.seek(0)
            assert server.poll() is None and time.monotonic() < end, log.read()
            time.sleep(0.5)


def _ask(port, method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read().decode()
        assert answer.status == 200, text
        return json.loads(text) if body is not None else text
    finally:
        connection.close()
