"""Facts that a measurement is worth nothing without: machine, versions, commit."""

from __future__ import annotations

import contextlib
import datetime
import importlib.metadata
import os
import platform
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

PACKAGES = (
    "keras",
    "keras-tuner",
    "lightgbm",
    "mlflow",
    "numpy",
    "optuna",
    "optuna-integration",
    "scikit-learn",
    "tensorflow",
    "tensorflow-cpu",
    "torch",
)
ROOT = Path(__file__).resolve().parent.parent


def cores() -> int:
    """Cores that this process may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


def machine() -> dict[str, Any]:
    """Cores, processor, memory in GB, system, and how busy the machine was before."""
    return {
        "cores": cores(),
        "cpu": _cpu_model(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def processor_seconds() -> float:
    """Seconds of the processor of this process, of those it started, and of those they did."""
    own, found = psutil.Process(), 0.0
    for process in (own, *own.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            found += times.user + times.system + times.children_user + times.children_system
    return found


def versions() -> dict[str, str]:
    """Versions of the packages that are compared."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def commit() -> dict[str, Any]:
    """The commit that ran, and whether tracked files differed from it."""
    return {"commit": _git("rev-parse", "HEAD"), "modified": bool(_git("diff", "HEAD", "--stat"))}


@dataclass(frozen=True)
class Origin:
    """Where a measurement comes from; made before its first run, so that it shows that moment."""

    started: float = field(default_factory=time.time)
    machine: Mapping[str, Any] = field(default_factory=machine)
    commit: Mapping[str, Any] = field(default_factory=commit)

    def to_dict(self, command: str) -> dict[str, Any]:
        """What every file of results says of itself, written when the measurement ends.

        Args:
            command: What measured, for a shell.
        """
        now = datetime.datetime.now(datetime.UTC)
        return {
            "command": command,
            "date": now.isoformat(timespec="seconds"),
            **self.commit,
            "machine": dict(self.machine),
            "versions": versions(),
            "seconds": round(time.time() - self.started, 1),
        }


def command_line(module: str) -> str:
    """The command that runs.

    Args:
        module: Name of the module in `benchmarks`.
    """
    return shlex.join(["python", "-m", f"benchmarks.{module}", *sys.argv[1:]])


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def _cpu_model() -> str:
    """The processor's name, and whether it has AVX-512: it decides how fast convolutions are."""
    info = Path("/proc/cpuinfo")
    if not info.exists():
        return platform.processor() or platform.machine()
    facts = dict(line.partition(":")[::2] for line in info.read_text().splitlines())
    known = {name.strip(): value.strip() for name, value in facts.items()}
    name = known.get("model name") or platform.processor() or platform.machine()
    return f"{name} (AVX-512)" if "avx512f" in known.get("flags", "").split() else name
