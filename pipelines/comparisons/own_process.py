"""Trains an arm in a process of its own, whose memory holds nothing of the arms before it."""

from __future__ import annotations

import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

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
    """
    methods = multiprocessing.get_all_start_methods()
    # A server imports TensorFlow once and forks from there, where the system has such a thing.
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    context.set_forkserver_preload(_MODULES)
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_train, setting).result()


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
