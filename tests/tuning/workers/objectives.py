"""What the tasks of the pool's tests do."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path


def double(params, context):
    context.annotate("pid", os.getpid())
    return {"loss": 2 * params["x"]}


def triple(params, context):
    context.annotate("pid", os.getpid())
    return {"loss": 3 * params["x"]}


def asks(params, context):
    for step in range(1, 100):
        context.report(step, {"loss": params["x"]})
    return {"loss": params["x"]}


def dies(params, context):
    os._exit(7)


def sleeps(params, context):
    time.sleep(3600)


def grows(params, context):
    held = bytearray(400 * 2**20)
    time.sleep(3600)
    return {"loss": len(held)}


def starts_others(params, context):
    """Starts a child and a grandchild in another session; writes their process ids."""
    program = (
        "import subprocess, sys, time; "
        "child = subprocess.Popen(['sleep', '3600'], start_new_session=True); "
        "print(child.pid, flush=True); time.sleep(3600)"
    )
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    grandchild = child.stdout.readline().strip()
    (Path(params["folder"]) / "pids").write_text(f"{child.pid} {grandchild}")
    time.sleep(3600)


def prints(params, context):
    sys.stdout.write("x" * params["x"])
    return {"loss": 0.0}


def prints_its_number(params, context):
    sys.stdout.write(f"number {context.trial}\n")
    return {"loss": 0.0}


def sees_a_device(params, context):
    """Says which GPUs it may use."""
    context.annotate("device", os.environ.get("CUDA_VISIBLE_DEVICES"))
    return {"loss": 0.0}
