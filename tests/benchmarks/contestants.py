"""Contestants of the harness' own tests."""

import os
from pathlib import Path

from benchmarks._contestant import seconds_since_start


def facts(size, seed):
    return {
        "size": size,
        "seed": seed,
        "variable": os.environ.get("BENCHMARK_TEST"),
        "process": os.getpid(),
        "since_start": seconds_since_start(),
    }


def fails(seed):
    raise ValueError("no such data")


def logged(name, log, seed):
    with Path(log).open("a") as file:
        file.write(f"{name}{seed} ")
    return {"seed": seed}
