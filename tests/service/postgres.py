"""A PostgreSQL cluster of the tests' own: a temporary folder, a socket in it, no network."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

_SETTINGS = ("fsync=off", "listen_addresses=", "max_connections=60")


def programs() -> Path | None:
    """Folder of `initdb` and `pg_ctl`, which Debian keeps out of the path."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@contextlib.contextmanager
def cluster():
    """Starts a cluster; yields a function from a database's name to its URL.

    PostgreSQL refuses to run as root: there it runs as the system's user `postgres`.
    """
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL's initdb is not installed")
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    place = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path has about 100 characters
    if as_user:
        shutil.chown(place, "postgres", "postgres")
    user = "postgres" if as_user else getpass.getuser()

    def call(program, *arguments):
        command = [*as_user, str(folder / program), *map(str, arguments)]
        subprocess.run(command, check=True, cwd=place, capture_output=True, text=True)

    data = place / "data"
    try:
        call("initdb", "-D", data, "-U", user, "-A", "trust", "--no-sync", "-E", "UTF8")
        settings = " ".join(f"-c {setting}" for setting in _SETTINGS)
        options = f"{settings} -k {place}"
        call("pg_ctl", "-D", data, "-o", options, "-l", place / "log", "-w", "start")
        try:

            def database(name):
                call("createdb", "-h", place, "-U", user, name)
                return f"postgresql+psycopg://{user}@/{name}?host={place}"

            def restart():
                call("pg_ctl", "-D", data, "-l", place / "log", "-m", "immediate", "-w", "restart")

            def stop():
                call("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")

            def start():
                call("pg_ctl", "-D", data, "-o", options, "-l", place / "log", "-w", "start")

            database.restart, database.stop, database.start = restart, stop, start
            yield database
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):  # stopped by a test
                stop()
    finally:
        shutil.rmtree(place, ignore_errors=True)
