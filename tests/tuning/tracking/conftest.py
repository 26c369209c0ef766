import shutil
from collections.abc import Iterator
from pathlib import Path

import optuna
import pytest

from tuning.storage.database import open_storage
from tuning.tracking import default_tracking_uri


@pytest.fixture
def tracking_uri(empty_mlflow: Path, tmp_path: Path) -> str:
    shutil.copy(empty_mlflow, tmp_path / "mlflow.db")
    return default_tracking_uri(tmp_path)


@pytest.fixture
def storage_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'studies.db'}"


@pytest.fixture
def storage(storage_url: str) -> Iterator[optuna.storages.RDBStorage]:
    store = open_storage(storage_url)
    yield store
    store.engine.dispose()


@pytest.fixture(autouse=True)
def quiet_optuna() -> Iterator[None]:
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    yield
    optuna.logging.set_verbosity(before)
