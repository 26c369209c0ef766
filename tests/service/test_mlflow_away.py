"""MLflow goes away in the middle of a job, and has all of it in the end."""

from __future__ import annotations

import mlflow
import pytest

from tests.service.mlflow_server import MlflowServer
from tests.service.postgres import cluster
from tests.service.store import Store

pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
def store(tmp_path):
    with cluster() as server:
        yield Store(server("studies"), tmp_path)


@pytest.fixture
def server(tmp_path, empty_mlflow):
    server = MlflowServer(tmp_path, empty_mlflow)
    server.start()
    yield server
    server.stop()


def test_half_of_a_study_without_mlflow_is_there_in_the_end(store, server):
    store.submit("job", objective="parabola_held_by_a_file", trials=12)
    with store.workers(tracking=server.uri) as (worker,):
        store.wait_for(lambda: store.finished("job") == 2)
        server.stop()
        (store.folder / "machine-0" / "mlruns" / "go-on").touch()
        store.wait_for(lambda: store.finished("job") == 12)
        server.start()
        assert worker.wait(200) == 0
    store.assert_done("job", 12)
    client = mlflow.MlflowClient(server.uri)
    experiments = [found.experiment_id for found in client.search_experiments()]
    runs = client.search_runs(experiments)
    (parent,) = (run for run in runs if "mlflow.parentRunId" not in run.data.tags)
    children = [run for run in runs if run is not parent]
    assert {run.data.tags["mlflow.parentRunId"] for run in children} == {parent.info.run_id}
    assert {run.info.status for run in runs} == {"FINISHED"}
    assert sorted(run.data.metrics["loss"] for run in children) == sorted(
        trial.value for trial in store.trials("job")
    )
