"""What the tests of the program share."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tuning.tracking.quiet import quiet_environment

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def decoded_datasets(tmp_path_factory):
    """A folder that all tests of this run share, so that a public dataset is decoded once."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "decoded"


@pytest.fixture(scope="session", autouse=True)
def one_environment(decoded_datasets):
    """The same variables for all tests: the next search can take over a workers' server.

    MLflow's first use sets some.
    """
    quiet_environment()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(decoded_datasets))
        patch.delenv("COOKBOOK_ROOT", raising=False)
        yield


@pytest.fixture
def ready_mlflow(tmp_path, put_mlflow):
    """Puts an empty MLflow store where the program would make one, which takes seconds."""
    put_mlflow(tmp_path / "mlruns")


@pytest.fixture
def cookbook(tmp_path):
    """Runs the program in an empty folder; returns the finished process."""

    def run(*arguments, check=True, timeout=280, **environment):
        done = subprocess.run(
            [sys.executable, "-m", "pipelines.cli", *map(str, arguments)],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)} | environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    return run


class Ended(NamedTuple):
    """How a run of the program ended; `err` is without the signs of life of a slow machine."""

    code: int
    out: str
    err: str


def _run_program(monkeypatch, capfd, *arguments, check=True):
    """Runs the program's entry point in this process: no second start-up."""
    from pipelines.cli.main import main

    monkeypatch.setattr(sys, "argv", ["cookbook", *map(str, arguments)])
    capfd.readouterr()
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capfd.readouterr()
    lines = err.splitlines(keepends=True)
    err = "".join(line for line in lines if not line.startswith("... "))
    done = Ended(ended.value.code, out, err)
    assert not check or done.code == 0, done.err
    return done


@pytest.fixture
def program(tmp_path, monkeypatch, capfd):
    """Runs the program in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return functools.partial(_run_program, monkeypatch, capfd)


@pytest.fixture
def program_in_place(tmp_path, monkeypatch, capfd):
    """Runs the program where the tests run, on the store of an empty folder.

    A workers' server has the folder of its search: so the searches of several tests share one.
    """

    def run(*arguments, check=True):
        root = ("--root", tmp_path / "mlruns")
        return _run_program(monkeypatch, capfd, *arguments, *root, check=check)

    return run


DIGITS_SEARCH = {
    "recipe": "digits-mlp", "trials": 2, "strategy": "random", "pruner": "none", "workers": 1,
    "register": {"name": "digits", "alias": "champion"},
}  # fmt: skip


def digits_command(folder):
    """The command whose search `digits_search` is."""
    return ("tune", folder / "digits.yaml", "--tiny", "--json", "--root", folder / "mlruns")


@pytest.fixture(scope="session")
def digits_search(made_once, put_mlflow):
    """A folder with `digits.yaml`, a search of the program over it, and what that printed."""

    def fill(folder):
        from pipelines.cli.main import main

        (folder / "digits.yaml").write_text(yaml.safe_dump(DIGITS_SEARCH))
        put_mlflow(folder / "mlruns")
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(io.StringIO()) as out,
        ):
            patch.setattr(sys, "argv", ["cookbook", *map(str, digits_command(folder))])
            with pytest.raises(SystemExit) as ended:
                main()
        assert ended.value.code == 0
        (folder / "out.json").write_text(out.getvalue())

    return made_once("digits-search", fill)


@pytest.fixture(scope="session")
def wine_search(made_once):
    """A finished search over a recipe whose model has a loss of the cookbook, without MLflow."""
    keys = {
        "trials": 2, "tiny": True, "params": {"loss": "class_balanced"}, "strategy": "random",
        "pruner": "none", "workers": 1, "tracking": False, "objective": "val_f1_macro",
        "constraints": [{"metric": "val_mcc", "at_least": -1}],
    }  # fmt: skip

    def result(folder):
        from pipelines.jobs.api import tune

        return tune("wine-mlp", root=folder, **keys)

    return result(made_once("wine-search", result))  # read from its record the second time
