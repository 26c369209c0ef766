"""One contestant of a benchmark, measured in a process of its own.

`python -m benchmarks._contestant module:function JSON` calls the function with the JSON
object as keyword arguments and prints what it returns as the last line. Imports, threads and
memory of one contestant never touch those of another.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks._machine import ROOT
from cookbook._lazy import load_object

Measured = dict[str, Any]
_MARK = "BENCHMARK-RESULT "


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """What is measured under one name.

    Attributes:
        name: Name in the table.
        run: `"module:function"`; called with `arguments` and `seed`, it returns measured
            numbers by name, all of them JSON.
        arguments: Keyword arguments, JSON.
        needs: Modules without which the row is left out and says so.
        environment: Variables that are set before anything is imported.
        plain: Load TensorFlow before any module of ours, so with the defaults its users have.
        checkout: Folder of another commit with an environment `.venv` of its own, whose code
            runs; empty for this one.
    """

    name: str
    run: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    plain: bool = False
    checkout: str = ""

    def missing(self) -> str | None:
        """The first module that is not installed, or None."""
        return next((name for name in self.needs if importlib.util.find_spec(name) is None), None)


class ContestantError(RuntimeError):
    """A contestant's process failed; the message ends with the last lines that it printed."""


def run_once(contestant: Contestant, *, seed: int, timeout: float = 3600.0) -> Measured:
    """Measures a contestant once, in a fresh process.

    Args:
        contestant: What to run.
        seed: Given to its function.
        timeout: Seconds after which it is ended.

    Returns:
        What its function returned, and `process_seconds`: start, imports and end included.

    Raises:
        ContestantError: If the process fails, takes too long or returns nothing.
    """
    arguments = json.dumps({**contestant.arguments, "seed": seed})
    root = Path(contestant.checkout) if contestant.checkout else ROOT
    python = str(root / ".venv/bin/python") if contestant.checkout else sys.executable
    command = [python, "-m", "benchmarks._contestant", contestant.run, arguments]
    command += ["plain"] if contestant.plain else []
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONWARNINGS": "ignore"}
    environment = {**os.environ, **quiet, **contestant.environment}
    began = time.perf_counter()
    try:
        done = subprocess.run(
            command,
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ContestantError(f"{contestant.name} took more than {timeout} seconds.") from error
    seconds = time.perf_counter() - began
    lines = [line for line in done.stdout.splitlines() if line.startswith(_MARK)]
    if done.returncode or not lines:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        raise ContestantError(f"{contestant.name} ended with {done.returncode}:\n{tail}")
    return {**json.loads(lines[-1].removeprefix(_MARK)), "process_seconds": seconds}


def seconds_since_start() -> float:
    """Seconds since this process was started: its imports are part of what a user waits for."""
    return time.time() - psutil.Process().create_time()


def resident_mb() -> float:
    """Resident memory of this process in MB (10**6 bytes)."""
    return psutil.Process().memory_info().rss / 1e6


def main(reference: str, arguments: str, first: str = "") -> None:
    """Calls a function by name and prints what it returns.

    Args:
        reference: `"module:function"`.
        arguments: Its keyword arguments as a JSON object.
        first: `"plain"` loads TensorFlow before the function's module.
    """
    if first == "plain":
        importlib.import_module("tensorflow")
    result = load_object(reference)(**json.loads(arguments))
    print(_MARK + json.dumps(result), flush=True)  # print: the parent process reads it


if __name__ == "__main__":
    main(*sys.argv[1:])
