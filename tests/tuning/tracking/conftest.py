from collections.abc import Callable, Iterator
from pathlib import Path

import optuna
import pytest

from tests.tuning.empty_store import put_empty_store
from tuning.storage.database import open_storage
from tuning.tracking import default_tracking_uri


@pytest.fixture
def tracking_uri(put_mlflow: Callable[[Path], Path], tmp_path: Path) -> str:
    return default_tracking_uri(put_mlflow(tmp_path))


@pytest.fixture
def storage_url(tmp_path: Path) -> str:
    return put_empty_store(tmp_path)


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
