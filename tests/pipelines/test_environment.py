"""What importing TensorFlow prints and chooses, seen in fresh interpreters."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def _stderr(code, **environment):
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("TF_")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr


@pytest.mark.exhaustive
def test_tensorflow_is_imported_without_a_word_and_what_others_print_meanwhile_is_not_lost():
    code = (
        "import pipelines.training, sys, threading, os\n"
        "timer = threading.Timer(0.3, lambda: os.write(2, b'of my own\\n'))\n"
        "timer.start()\n"
        "import tensorflow\n"
        "timer.join()\n"
    )
    assert _stderr(code) == "of my own\n"


@pytest.mark.parametrize(
    ("name", "default", "chosen"),
    [("TF_ENABLE_ONEDNN_OPTS", "1", "0"), ("OMP_WAIT_POLICY", "passive", "active")],
)
def test_the_users_choice_stays(monkeypatch, name, default, chosen):
    monkeypatch.delenv(name, raising=False)
    code = f"import os, sys, pipelines.training; sys.stderr.write(os.environ['{name}'])"
    assert _stderr(code) == default
    assert _stderr(code, **{name: chosen}) == chosen


def test_scikit_learn_is_not_loaded_before_its_threads_are_told_to_sleep():
    code = (
        "import sys, pipelines.training, pipelines.baselines.classifiers\n"
        "assert not any(name.startswith('sklearn') for name in sys.modules)\n"
    )
    assert _stderr(code) == ""


def test_importing_the_package_changes_nothing_of_the_process():
    code = (
        "import os, sys\n"
        "before = dict(os.environ), list(sys.meta_path)\n"
        "import pipelines\n"
        "dir(pipelines)\n"
        "assert (dict(os.environ), list(sys.meta_path)) == before\n"
    )
    assert _stderr(code) == ""
