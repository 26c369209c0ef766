"""One process at a time opens an embedded store; one that stands still holds nobody for ever."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tuning.tracking import TrackingError, store_lock
from tuning.tracking.quiet import connect


def test_a_lock_that_is_given_back_is_waited_for(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    order: list[str] = []

    def take() -> None:
        with store_lock.store_lock(uri):
            order.append("second")

    with store_lock.store_lock(uri) as file:
        other = threading.Thread(target=take)
        other.start()
        other.join(0.2)
        order.append("first")
    other.join()
    assert order == ["first", "second"]
    assert file == tmp_path / "mlflow.db"


def test_a_lock_that_stays_is_an_error_of_mlflow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_lock, "_PATIENCE_SECONDS", 0.2)
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    with (
        store_lock.store_lock(uri),
        pytest.raises(TrackingError, match=r"mlflow\.db\.lock has been locked .*`fg`"),
    ):
        connect(uri)
