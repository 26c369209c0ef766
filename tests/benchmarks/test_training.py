"""A training that a benchmark begins in a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys

import psutil

from benchmarks._machine import ROOT

BEGIN = "import sys; from benchmarks._training import trained; trained(sys.argv[1:])"


def test_a_training_ends_with_the_benchmark_that_began_it(tmp_path):
    command = ["cookbook", "train", "digits-mlp", "--epochs", "100000", "--root", str(tmp_path)]
    benchmark = subprocess.Popen([sys.executable, "-c", BEGIN, *command], cwd=ROOT)
    own = psutil.Process(benchmark.pid)
    while not (training := own.children()):
        assert benchmark.poll() is None
    try:
        benchmark.terminate()  # also in the moment in which the process is made
        assert benchmark.wait(60) == 128 + signal.SIGTERM
        assert not psutil.wait_procs(training, timeout=10)[1]
    finally:
        for process in training:
            if process.is_running():
                process.kill()
