"""Stores that are damaged, cut, full or read-only: one clear line each, and nothing made worse."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys

import pytest
import sqlalchemy
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.service.support import ROOT
from tests.tuning.storage.test_storage import book_of, give
from tuning import open_study
from tuning.errors import StoreError
from tuning.storage.connections import reading
from tuning.storage.database import open_storage
from tuning.storage.records import read_trials


@pytest.fixture
def url(tmp_path):
    """A store with one trial, closed."""
    found = f"sqlite:///{tmp_path}/studies.db"
    book = book_of(found)
    give(book, book.claim(1), 0.5)
    book._storage.engine.dispose()
    return found


def test_a_file_that_was_cut_is_no_new_store(url, tmp_path, monkeypatch):
    monkeypatch.setattr("tuning.storage.database._EMPTY_SECONDS", 0.1)
    (tmp_path / "studies.db").write_bytes(b"")
    for use in (open_storage, lambda given: open_study("s", given)):
        with pytest.raises(
            StoreError, match=r"studies\.db is empty.*restore it from a backup"
        ) as e:
            use(url)
        assert "Finished trials are safe" not in str(e.value)
    assert (tmp_path / "studies.db").read_bytes() == b""


def test_a_damaged_file_promises_nothing(url, tmp_path):
    path = tmp_path / "studies.db"
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(StoreError, match=r"(malformed|not a database).*") as caught:
        read_trials(open_study("s", url))
    assert "Finished trials are safe" not in str(caught.value)


def test_a_reader_holds_up_nobody(url):
    reader, writer = open_storage(url), book_of(url)
    with Session(reader.engine) as session, reading():
        states = sqlalchemy.text("select state from trials")
        assert len(session.execute(states).all()) == 1  # and now it is stopped
        writer._storage.engine.dispose()
        event.listen(writer._storage.engine, "connect", impatient)
        writer.claim(9)
        open_study("s", url)  # opening takes no lock either


def impatient(connection, _record):
    connection.execute("PRAGMA busy_timeout=200")


def test_a_store_is_opened_for_reading_while_somebody_writes(url, tmp_path):
    lock = sqlite3.connect(tmp_path / "studies.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        assert len(read_trials(open_study("s", url))) == 1
    finally:
        lock.close()


READ = """
import os, sys
from tuning import open_study
from tuning.storage.records import read_trials
read_trials(open_study("s", sys.argv[1]))  # imports what the other user may not read
os.setuid(65534)
study = open_study("s", sys.argv[1])
print(len(read_trials(study)))
try:
    study.set_user_attr("a", 1)
except Exception as error:
    print(error)
"""


@pytest.mark.skipif(os.getuid() != 0, reason="another user is needed to whom the file is closed")
def test_a_store_that_is_only_readable_is_read(url, tmp_path):
    for place in (tmp_path, *tmp_path.parents):
        if "pytest" in str(place):
            place.chmod(0o755)
    (tmp_path / "studies.db").chmod(0o644)
    process = subprocess.run(
        [sys.executable, "-c", READ, url], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    count, error = process.stdout.splitlines()[:2]
    assert count == "1"
    assert "readonly" in error.lower() or "commit" in error.lower()
