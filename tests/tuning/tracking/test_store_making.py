"""A new embedded store is there whole, or not at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from tuning.tracking.store_making import make_store


def _mode(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        ((mode,),) = connection.execute("PRAGMA journal_mode").fetchall()
    return str(mode)


def _with_table(uri: str) -> None:
    engine = create_engine(uri)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE runs (id INTEGER)")


def test_a_new_store_has_its_tables_and_a_log_beside_them(tmp_path: Path) -> None:
    file = tmp_path / "mlflow.db"
    make_store(file, _with_table)
    assert _mode(file) == "wal"
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchall() == [(0,)]
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow.db"]


def test_only_this_file_is_written_without_waiting_for_the_disk(tmp_path: Path) -> None:
    waits: dict[str, int] = {}

    def opened(uri: str) -> None:
        for name, address in (("made", uri), ("other", f"sqlite:///{tmp_path / 'other.db'}")):
            with create_engine(address).connect() as connection:
                found: Any = connection.exec_driver_sql("PRAGMA synchronous").scalar()
                waits[name] = found

    make_store(tmp_path / "mlflow.db", opened)
    assert waits == {"made": 0, "other": 2}
    assert _mode(tmp_path / "other.db") == "delete"


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    def opened(uri: str) -> None:
        _with_table(uri)
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space"):
        make_store(tmp_path / "mlflow.db", opened)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("is_link", [False, True])
def test_what_stands_there_stays(tmp_path: Path, *, is_link: bool) -> None:
    file = tmp_path / "mlflow.db"
    if is_link:
        file.symlink_to(tmp_path / "nowhere")
    else:
        file.write_bytes(b"")
    make_store(file, _with_table)
    assert file.is_symlink() == is_link
    assert is_link or file.read_bytes() == b""
