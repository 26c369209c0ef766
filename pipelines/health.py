"""Checks of the machine and the stores, each with a way to fix what is wrong."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import platform
import shutil
import sqlite3
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pipelines.hyperparameters.precision import multiplies_bfloat16
from tuning.credentials import mask_credentials

GIB = 1024**3
_PACKAGES = ("keras", "optuna", "mlflow", "keras-tuner", "scikit-learn", "numpy", "pandas")
_TENSORFLOW = ("tensorflow-cpu", "tensorflow")
_ENOUGH_MEMORY, _ENOUGH_DISK = 2 * GIB, 1 * GIB


@dataclass(frozen=True)
class Check:
    """One finding.

    Attributes:
        name: What was looked at.
        status: `ok`, `note` (works, could be better) or `wrong`.
        found: What was found.
        advice: How to fix it; empty if nothing is wrong.
    """

    name: str
    status: str
    found: str
    advice: str = ""

    def __post_init__(self) -> None:
        """Takes passwords out of what is shown: addresses and messages of drivers hold them."""
        object.__setattr__(self, "found", mask_credentials(self.found))
        object.__setattr__(self, "advice", mask_credentials(self.advice))


def check_packages() -> list[Check]:
    """Versions of Python and of the packages at the heart of the project."""
    version = platform.python_version()
    fits = (3, 11) <= sys.version_info[:2] <= (3, 13)
    advice = "" if fits else "Create the environment with Python 3.11, 3.12 or 3.13."
    checks = [Check("python", "ok" if fits else "wrong", version, advice)]
    found = [f"{name} {_version(name)}" for name in _TENSORFLOW if _version(name)]
    checks.append(
        Check("tensorflow", "ok", ", ".join(found))
        if found
        else Check("tensorflow", "wrong", "not installed", "Run make install.")
    )
    for name in _PACKAGES:
        known = _version(name)
        checks.append(
            Check(name, "ok", known)
            if known
            else Check(name, "wrong", "not installed", "Run make install.")
        )
    return checks


def check_machine(root: Path) -> list[Check]:
    """Cores, memory, free disk, GPU and what the processor multiplies."""
    import psutil

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    checks = [Check("cores", "ok", f"{cores}; a search uses one worker per core")]
    memory = psutil.virtual_memory()
    enough = memory.available >= _ENOUGH_MEMORY
    text = f"{memory.available / GIB:.1f} of {memory.total / GIB:.1f} GiB free"
    advice = "" if enough else "A worker takes about 1 GiB: use --workers 1, or free memory."
    checks.append(Check("memory", "ok" if enough else "note", text, advice))
    free = shutil.disk_usage(_existing(root)).free
    room = free >= _ENOUGH_DISK
    advice = "" if room else "Free some disk, or name another folder with --root."
    checks.append(Check("disk", "ok" if room else "wrong", f"{free / GIB:.1f} GiB free", advice))
    card = Path("/proc/driver/nvidia/version").exists()
    advice = "See docs/install.md for training on an NVIDIA card." if card else ""
    checks.append(Check("gpu", "note" if card else "ok", "NVIDIA" if card else "none", advice))
    multiplies = multiplies_bfloat16()
    if multiplies is not None:
        found = "the processor multiplies it" if multiplies else "no instructions for it"
        advice = "" if multiplies else "Leave precision=mixed_bfloat16 to other machines."
        checks.append(Check("bfloat16", "ok", found, advice))
    return checks


def check_stores(root: Path, *, storage: str | None, tracking_uri: str | None) -> list[Check]:
    """Whether the stores can be reached and written."""
    checks = [check_folder(root)]
    checks += [_check_sqlite(root / name) for name in ("studies.db", "mlflow.db")]
    if storage is not None:
        checks.append(_check_database(storage))
    if tracking_uri is not None:
        checks.append(_check_server(tracking_uri))
    return checks


def check_folder(root: Path) -> Check:
    """Whether something can be written below a folder; nothing is left there."""
    folder = _existing(root)
    try:
        with tempfile.TemporaryFile(dir=folder):
            return Check("root", "ok", f"{root} is writable")
    except OSError as error:
        advice = "Change its permissions, or name another folder with --root."
        return Check("root", "wrong", f"{folder}: {error.strerror}", advice)


def _check_sqlite(path: Path) -> Check:
    name = path.name
    if not path.exists():
        return Check(name, "ok", "not there yet; the first run creates it")
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=1)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.rollback()
            healthy = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        advice = "Stop the process that holds it, or check the file's permissions."
        return Check(name, "wrong", str(error), advice)
    if healthy != "ok":
        return Check(name, "wrong", healthy, "Restore the file from a backup.")
    return Check(name, "ok", f"{path.stat().st_size / 1024**2:.1f} MiB, writable")


def _check_database(url: str) -> Check:
    import sqlalchemy

    try:
        engine = sqlalchemy.create_engine(url)
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text("SELECT 1"))
        return Check("storage", "ok", engine.url.render_as_string(hide_password=True))
    except Exception as error:  # every driver has its own kinds
        first = str(error).strip().splitlines()[0]
        return Check("storage", "wrong", first, "Check the URL and that the database is running.")


def _check_server(uri: str) -> Check:
    if not uri.startswith(("http://", "https://")):
        return Check("tracking", "ok", uri)
    import http.client
    import urllib.error
    import urllib.request

    # A health check alone stays green while MLflow refuses this host name (403): the API is
    # what the runs are written through.
    url = uri.rstrip("/") + "/api/2.0/mlflow/experiments/get?experiment_id=0"
    try:
        with urllib.request.urlopen(url, timeout=3):  # noqa: S310 - http(s) only, see above
            return Check("tracking", "ok", uri)
    except urllib.error.HTTPError as error:
        advice = "Start the server with --allowed-hosts and this host name." * (error.code == 403)
        return Check("tracking", "wrong", f"{uri}: HTTP {error.code}", advice)
    except (http.client.InvalidURL, ValueError) as error:
        advice = "Write http://user:password@host:port; %2F stands for a slash in a password."
        return Check("tracking", "wrong", f"{uri}: {type(error).__name__}", advice)
    except OSError as error:
        return Check("tracking", "wrong", f"{uri}: {error}", "Check that the server is running.")


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _existing(folder: Path) -> Path:
    folder = folder.absolute()
    while not folder.exists():
        folder = folder.parent
    return folder
