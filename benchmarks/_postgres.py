"""A PostgreSQL cluster of its own: a temporary folder, a socket in it, no network."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

SETTINGS = ("listen_addresses=", "max_connections=200")


class PostgresMissingError(RuntimeError):
    """`initdb` is neither in the path nor where Debian keeps it."""


def programs() -> Path:
    """Folder of `initdb` and `pg_ctl`, which Debian keeps out of the path.

    Raises:
        PostgresMissingError: If there is none.
    """
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise PostgresMissingError(
            "PostgreSQL's initdb is not installed: install the server's package of the system."
        )
    return found[-1].parent


class Cluster:
    """A cluster that runs.

    PostgreSQL refuses to run as root: there it runs as the system's user `postgres`.

    Args:
        place: An empty folder with a short path: a socket's path has about 100 characters.
        settings: `name=value` of the server.
    """

    def __init__(self, place: Path, settings: tuple[str, ...] = SETTINGS) -> None:
        self._place = place
        self._programs = programs()
        self._prefix = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        self._user = "postgres" if self._prefix else getpass.getuser()
        if self._prefix:
            shutil.chown(place, "postgres", "postgres")
        self._call(
            "initdb", "-D", "data", "-U", self._user, "-A", "trust", "--no-sync", "-E", "UTF8"
        )
        self._options = " ".join(f"-c {setting}" for setting in settings) + f" -k {place}"
        self.start()

    def database(self, name: str) -> str:
        """Makes a database and returns its URL."""
        self._call("createdb", "-h", str(self._place), "-U", self._user, name)
        return self._url(name)

    @property
    def url(self) -> str:
        """URL of the server's own database, for `fresh_database`."""
        return self._url("postgres")

    def start(self) -> None:
        """Starts the server."""
        self._control("-o", self._options, "-w", "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stops the server.

        Args:
            mode: `immediate`, as a power cut would, or `fast`, which rolls back and writes all.
        """
        self._control("-m", mode, "-w", "stop")

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://{self._user}@/{name}?host={self._place}"

    def _control(self, *arguments: str) -> None:
        self._call("pg_ctl", "-D", "data", "-l", "log", *arguments)

    def _call(self, program: str, *arguments: str) -> None:
        command = [*self._prefix, str(self._programs / program), *arguments]
        subprocess.run(command, check=True, cwd=self._place, capture_output=True, text=True)


@contextlib.contextmanager
def cluster(*settings: str) -> Iterator[Cluster]:
    """Starts a cluster that is gone afterwards.

    Args:
        settings: Further `name=value` of the server.
    """
    place = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        running = Cluster(place, (*SETTINGS, *settings))
        try:
            yield running
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):  # it was stopped
                running.stop()
    finally:
        shutil.rmtree(place, ignore_errors=True)


def fresh_database(url: str) -> str:
    """Makes an empty database beside another one.

    Args:
        url: URL of the other one.

    Returns:
        The URL of the new one.
    """
    import sqlalchemy as sa

    name = f"fresh_{uuid.uuid4().hex}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"create database {name}"))
    return engine.url.set(database=name).render_as_string(hide_password=False)
