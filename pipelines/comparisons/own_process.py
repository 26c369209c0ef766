"""Trains an arm in a process of its own, whose memory holds nothing of the arms before it."""

from __future__ import annotations

import multiprocessing
import sys
import time
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any

import psutil

from pipelines.comparisons.arm_results import ArmResult
from pipelines.comparisons.measuring import Setting, train_arm

_MODULES = ["pipelines.comparisons.own_process", "pipelines.training.tensorflow.trainer"]


def train_in_own_process(setting: Setting) -> ArmResult:
    """Trains as `train_arm` does, in a new process.

    Args:
        setting: What to train.

    Returns:
        As `train_arm`, and two metrics more: `peak_memory_gb`, the most memory that the process
        had in RAM at a time, libraries and data included, and `fit_seconds`, the time of the
        training with its tracing and validations, but without the start of the process.

    Raises:
        ChildProcessError: If the process died, as where the memory did not suffice.
    """
    methods = multiprocessing.get_all_start_methods()
    # A server imports TensorFlow once and forks from there, where the system has such a thing.
    context: Any = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    context.set_forkserver_preload(_MODULES)
    # A pipe and no executor, whose worker would wait for ever for a parent that was killed.
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    try:
        ours.send(setting)
        result: ArmResult | Exception = ours.recv()
    except (EOFError, OSError) as error:
        process.join()
        raise ChildProcessError(
            f"A training in a process of its own must end with a result. Its process ended with "
            f"code {process.exitcode} (-9: killed, most often for its memory): use smaller "
            f"batches, or a machine with more memory."
        ) from error
    finally:
        process.terminate()
        process.join()
    if isinstance(result, Exception):
        raise result
    return result


def _serve(connection: Connection) -> None:
    try:
        connection.send(_train(connection.recv()))
    except Exception as error:
        connection.send(error)


def _train(setting: Setting) -> ArmResult:
    started = time.perf_counter()
    result = train_arm(setting)
    used = {"peak_memory_gb": _peak_gb(), "fit_seconds": time.perf_counter() - started}
    return replace(result, metrics={**result.metrics, **used})


def _peak_gb() -> float:
    windows = getattr(psutil.Process().memory_info(), "peak_wset", None)
    if windows is not None:
        return float(windows) / 1e9
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
