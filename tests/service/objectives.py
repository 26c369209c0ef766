"""Small objectives that misbehave in every way a training run can."""

from __future__ import annotations

import os
import signal
import subprocess
import time

from tuning import JobError, TrialError

HOLD = "TEST_HOLDS_TRIALS"


def parabola(params, context):
    """Reports 20 steps and returns the distance from 0.3."""
    loss = (params["x"] - 0.3) ** 2
    for step in range(1, (context.budget or 20) + 1):
        context.report(step, {"loss": loss + 1 / step})
    context.annotate("pid", os.getpid())
    return {"loss": loss, "size": params["x"] * 100}


def slow_parabola(params, context):
    """Takes long enough to be killed."""
    time.sleep(0.15)
    return {"loss": (params["x"] - 0.3) ** 2}


def parabola_of_two_seconds(params, context):
    """Takes longer than a worker's look at the queue."""
    time.sleep(2.0)
    return {"loss": params["x"] ** 2}


def waits_for_a_file(params, context):
    """Says that it began, goes on when it is told to, and says that it ended."""
    folder = context.directory.parents[3]
    (folder / "began").touch()
    while not (folder / "go-on").exists():
        time.sleep(0.02)
    (folder / "ended").touch()
    return {"loss": (params["x"] - 0.3) ** 2}


def parabola_held_by_a_file(params, context):
    """Holds all but the first two trials until the file is there."""
    while context.trial >= 2 and not (context.directory.parents[3] / "go-on").exists():
        time.sleep(0.02)
    return {"loss": (params["x"] - 0.3) ** 2}


def parabola_held_from_the_fourth(params, context):
    """Holds all but the first three trials for as long as the environment says so."""
    if context.trial >= 3 and HOLD in os.environ:
        time.sleep(3600)
    return {"loss": (params["x"] - 0.3) ** 2}


def starts_a_child(params, context):
    """Starts another process, says so in a file, and never ends."""
    child = subprocess.Popen(["sleep", "3600"])
    notes = context.directory.parents[3] / "notes"
    notes.mkdir(exist_ok=True)
    (notes / f"{child.pid}").touch()
    time.sleep(3600)


def hangs_above_half(params, context):
    if params["x"] > 0.5:
        time.sleep(3600)
    return {"loss": params["x"]}


def exits_above_half(params, context):
    if params["x"] > 0.5:
        os._exit(7)
    return {"loss": params["x"]}


def crashes_above_half(params, context):
    if params["x"] > 0.5:
        os.kill(os.getpid(), signal.SIGSEGV)
    return {"loss": params["x"]}


def grows_above_half(params, context):
    if params["x"] > 0.5:
        held = [bytearray(b"x" * 10**7) for _ in range(60)]
        time.sleep(30)
        return {"loss": float(len(held))}
    return {"loss": params["x"]}


KEPT: list[bytes] = []


def leaves_ten_megabytes(params, context):
    KEPT.append(b"x" * 10**7)
    context.annotate("pid", os.getpid())
    return {"loss": params["x"]}


def out_of_memory_above_half(params, context):
    if params["x"] > 0.5:
        raise MemoryError("cannot allocate 80 GB")
    return {"loss": params["x"]}


def nan_above_half(params, context):
    loss = float("nan") if params["x"] > 0.5 else params["x"]
    context.report(1, {"loss": loss})
    return {"loss": loss}


def infinite_above_half(params, context):
    return {"loss": float("inf") if params["x"] > 0.5 else params["x"]}


def writes_above_half(params, context):
    if params["x"] > 0.5:
        (context.directory / "large").write_bytes(bytes(2**20))
    return {"loss": params["x"]}


def writes_to_the_store(params, context):
    """Leaves about as much as fits into a quarter of a page of the store."""
    context.annotate("long", f"{params['x']:.16f}" * 80)
    time.sleep(0.1)
    return {"loss": params["x"]}


def raises_above_half(params, context):
    if params["x"] > 0.5:
        raise RuntimeError(f"shape mismatch at {params['x']}")
    return {"loss": params["x"]}


def refuses_above_half(params, context):
    if params["x"] > 0.5:
        raise TrialError("too large for this input")
    return {"loss": params["x"]}


def system_exit_above_half(params, context):
    if params["x"] > 0.5:
        raise SystemExit(3)
    return {"loss": params["x"]}


def always_raises(params, context):
    raise RuntimeError(f"no such file: data-{params['x']}.npz")


def broken_job(params, context):
    raise JobError("the dataset 'digits' is missing: run `cookbook data digits`")


def wrong_metric(params, context):
    return {"accuracy": 1.0}


def no_mapping(params, context):
    return 1.0


def two_metrics(params, context):
    x = params["x"]
    context.report(1, {"loss": x**2, "cost": (1 - x) ** 2})
    return {"loss": x**2, "cost": (1 - x) ** 2}
