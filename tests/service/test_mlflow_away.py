"""MLflow goes away in the middle of a job, and has all of it in the end."""

from __future__ import annotations

import pytest

from tests.service.mlflow_server import MlflowServer
from tests.service.postgres import cluster
from tests.service.store import Store

pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
def store(tmp_path, server):
    with cluster() as database:
        yield Store(database("studies"), tmp_path, server.uri)


@pytest.fixture
def server(tmp_path, empty_mlflow):
    server = MlflowServer(tmp_path, empty_mlflow)
    server.start()
    yield server
    server.stop()


def test_half_of_a_study_without_mlflow_is_there_in_the_end(store, server):
    store.submit("job", objective="parabola_held_by_a_file", trials=12)
    with store.workers() as (worker,):
        store.wait_for(lambda: store.finished("job") == 2)
        server.stop()
        (store.folder / "machine-0" / "mlruns" / "go-on").touch()
        store.wait_for(lambda: store.finished("job") == 12)
        server.start()
        assert worker.wait(200) == 0
    store.assert_done("job", 12)
