"""A database server whose disk is full: its files cannot grow any more."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from pathlib import Path

import psutil
import sqlalchemy as sa

from tuning.storage.database import open_storage

_WAL_BYTES = 16 * 2**20  # of a segment, which the server writes as a whole
_TABLE = "trial_user_attributes"


def fill(url):
    """Fills the pages of the table of results, more of them than a log segment has."""
    import optuna

    study = optuna.create_study(study_name="filler", storage=open_storage(url))
    study.add_trial(optuna.trial.create_trial(value=0.0))
    query = f"""
        insert into {_TABLE} (trial_id, key, value_json)
        select trial_id, 'filler ' || n, '"' || repeat(md5(random()::text), 60) || '"'
        from trials, generate_series(1, 12000) as n
    """  # noqa: S608 - names of this file
    with _connection(url) as connection:
        connection.execute(sa.text(query))
    size = _size(url)
    if size < _WAL_BYTES:
        raise ValueError(f"The table must be larger than a log segment. Got {size} bytes.")


@contextlib.contextmanager
def full_disk(url):
    """The largest table of the server, which `fill` made, does not grow any more."""
    folder = Path(re.fullmatch(r".*\?host=(.*)", url).group(1))
    server = psutil.Process(int((folder / "data" / "postmaster.pid").read_text().split()[0]))
    _limit(server, _size(url))
    try:
        yield
    finally:
        _limit(server, "unlimited")


def _size(url):
    with _connection(url) as connection:
        return connection.execute(sa.text(f"select pg_relation_size('{_TABLE}')")).scalar_one()


def _connection(url):
    return sa.create_engine(url, poolclass=sa.NullPool).begin()


def _limit(server, size):
    """Sets the limit that can be raised again; the server's own user may do so."""
    runs_as = ["runuser", "-u", server.username(), "--"] if os.getuid() == 0 else []
    for process in (server, *server.children()):
        command = [*runs_as, "prlimit", "--pid", str(process.pid), f"--fsize={size}:"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode and process.is_running():
            raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
