"""What the driver's program says reaches the logs; without one a training goes on."""

from __future__ import annotations

import pytest

from pipelines.training.gpu_use import GpuUse


@pytest.fixture
def program(tmp_path, monkeypatch):
    def install(script):
        path = tmp_path / "nvidia-smi"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return install


def test_utilisation_and_memory_of_the_first_card(program):
    program('[ "$1" = --query-gpu=utilization.gpu,memory.used ] && printf "87, 1024\\n3, 12\\n"')
    logs = {"loss": 1.0}
    GpuUse().on_epoch_end(0, logs)
    assert logs == {"loss": 1.0, "gpu_utilisation": 87.0, "gpu_memory_mib": 1024.0}


@pytest.mark.parametrize("script", ["exit 9", "echo no devices", "true", 'echo "[N/A], 5"'])
def test_a_driver_that_says_nothing_adds_nothing(program, script):
    program(script)
    logs = {"loss": 1.0}
    GpuUse().on_epoch_end(0, logs)
    assert logs == {"loss": 1.0}
