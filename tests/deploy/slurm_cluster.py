"""A Slurm of its own: one node, a folder that goes away, the packages of Debian."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

_CONFIGURATION = """\
ClusterName=rehearsal
SlurmctldHost={host}
AuthType=auth/munge
SlurmUser=root
SlurmdUser=root
SlurmctldPidFile={folder}/controller.pid
SlurmdPidFile={folder}/node.pid
SlurmctldLogFile={folder}/controller.log
SlurmdLogFile={folder}/node.log
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
ReturnToService=2
NodeName={host} CPUs=8 CoresPerSocket=8 RealMemory=64000 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
_START_SECONDS = 30.0


@contextlib.contextmanager
def slurm(folder: Path) -> Iterator[dict[str, str]]:
    """Starts the controller and a node; yields the environment in which `sbatch` finds them.

    Its node claims more cores than there are, so that an array of workers runs at once.

    Args:
        folder: An empty folder.
    """
    for name in ("state", "spool"):
        (folder / name).mkdir()
    file = folder / "slurm.conf"
    host = socket.gethostname().partition(".")[0]
    file.write_text(_CONFIGURATION.format(host=host, folder=folder))
    environment = {**os.environ, "SLURM_CONF": str(file)}
    if subprocess.run(["munge", "-n"], capture_output=True, check=False).returncode:
        munge = Path("/run/munge")
        munge.mkdir(exist_ok=True)
        subprocess.run(["chown", "munge", munge], check=True)
        subprocess.run(["runuser", "-u", "munge", "--", "/usr/sbin/munged"], check=True)
    try:
        for program in ("slurmctld", "slurmd"):
            subprocess.run([program, "-f", file], env=environment, check=True)
        _wait_until_idle(environment)
        yield environment
    finally:
        for name in ("node", "controller"):
            with contextlib.suppress(OSError, ValueError):  # it did not start
                os.kill(int((folder / f"{name}.pid").read_text()), signal.SIGTERM)


def _wait_until_idle(environment: dict[str, str]) -> None:
    end = time.monotonic() + _START_SECONDS
    while True:
        asked = subprocess.run(["sinfo", "--noheader", "--format=%t"], env=environment,
                               capture_output=True, text=True, check=False)  # fmt: skip
        seen = asked.stdout.strip()
        if seen == "idle":
            return
        if time.monotonic() > end:
            raise TimeoutError(f"Slurm's node is {seen!r} after {_START_SECONDS:.0f} s, not idle.")
        time.sleep(0.5)
