"""Settings that every test shares."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.turns import has_turn, turns_of

# Set before anything imports TensorFlow: its start-up notes are not test output.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "Agg")
# As `pipelines` sets it for its own processes: tests may load scikit-learn before.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
if os.environ.get("KERAS_BACKEND") == "jax":
    # Each function is compiled for a few numbers: that takes longer than to compute them.
    quick = "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"
    os.environ.setdefault("XLA_FLAGS", quick)

# Other work on a machine makes drawing and trying examples slow, not wrong.
hypothesis.settings.register_profile(
    "tests", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("tests")

LONGER = ("slow", "exhaustive", "data")
FAST_SECONDS = 40.0  # of processor time; the longest fast test takes about ten


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests whose turn it is."""
    for item in items:
        if has_turn(item.nodeid, turns_of(mark.name for mark in item.iter_markers())):
            item.add_marker("turn")


def pytest_runtest_setup() -> None:
    """Lets TensorFlow run functions as they were traced, as the workers of a search do.

    Rewriting their graphs takes longer than these trainings.
    """
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is not None:
        options = tensorflow.config.optimizer
        if not options.get_experimental_options().get("disable_meta_optimizer"):
            options.set_experimental_options({"disable_meta_optimizer": True})


@pytest.fixture
def rewritten_graphs() -> None:
    """TensorFlow as in a process of its own, whose bits a test compares with those of this one."""
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is not None:
        tensorflow.config.optimizer.set_experimental_options({"disable_meta_optimizer": False})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item):
    """Fails a fast test that is not; other load changes no processor time."""
    begun = time.process_time()
    result = yield
    spent = time.process_time() - begun
    if spent > FAST_SECONDS and not any(item.get_closest_marker(mark) for mark in LONGER):
        pytest.fail(
            f"A fast test takes at most {FAST_SECONDS:.0f} s of processor time. Got {spent:.0f} s: "
            "make it smaller, or mark it `exhaustive` or `slow`."
        )
    return result


@contextlib.contextmanager
def _same_environment() -> Iterator[None]:
    """Takes the name of the test out of the environment.

    A workers' server serves searches of one environment: so those of several tests share it.
    """
    name = os.environ.pop("PYTEST_CURRENT_TEST", None)
    try:
        yield
    finally:
        if name is not None:
            os.environ["PYTEST_CURRENT_TEST"] = name


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call():
    """Runs each test in the same environment."""
    with _same_environment():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup():
    """Runs each fixture in the same environment."""
    with _same_environment():
        return (yield)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory) -> Callable[[str, Callable[[Path], None]], Path]:
    """Fills a folder once for all processes of this run; its tests read it and change nothing."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def make(name: str, fill: Callable[[Path], None]) -> Path:
        folder, done = shared / name, shared / f"{name}.done"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)  # of a process that failed half way
                folder.mkdir()
                fill(folder)
                done.touch()
        return folder

    return make


@pytest.fixture(scope="session")
def empty_mlflow(made_once) -> Path:
    """An MLflow database with all its tables: making them takes seconds, copying does not."""

    def fill(folder: Path) -> None:
        from tuning.tracking import default_tracking_uri
        from tuning.tracking.quiet import connect

        connect(default_tracking_uri(folder)).search_experiments()

    return made_once("mlflow", fill) / "mlflow.db"


@pytest.fixture(scope="session")
def put_mlflow(empty_mlflow) -> Callable[[Path], Path]:
    """Puts an empty MLflow store into a folder, and returns the folder."""

    def put(folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(empty_mlflow, folder / "mlflow.db")
        return folder

    return put
