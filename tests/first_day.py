"""The first day of a new user: the real program, in an empty folder, with data of one's own.

`python -m tests.first_day` is the short form that `.ci/run` walks; `--long` adds images and texts
of one's own, the main job and what README, examples, guides and tutorial say;
`--only guides,tutorial` are some of its steps.
Every step is one line with its seconds; the first fault ends the day with exit code 1 and the
output of the command.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.docs.blocks import ROOT, blocks_of, commands
from tests.notebooks import TUTORIAL, execute
from tests.pipelines.own_data import write_images, write_table, write_texts
from tests.servers import answers, ask, free_port
from tests.stored_trials import finished_trials

PYTHON = Path(sys.executable)
COOKBOOK, MLFLOW = (PYTHON.with_name(name) for name in ("cookbook", "mlflow"))
PATIENCE = 300.0  # seconds after which a command counts as hanging
INTERRUPTED = 130


class FaultError(Exception):
    """The program did not do what it says."""


@dataclass(frozen=True)
class Command:
    """A running command, in a group of processes of its own as in a terminal."""

    arguments: tuple[str, ...]
    process: subprocess.Popen[str]
    output: IO[str]

    def interrupt(self) -> None:
        """What Ctrl-C does in a terminal: every process of the group gets the signal."""
        os.killpg(self.process.pid, signal.SIGINT)

    def end(self, code: int = 0) -> str:
        """Waits for the end and returns what was printed; another exit code is a fault."""
        try:
            found: int | str = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            found = f"nothing after {PATIENCE:.0f} s"
        self.output.seek(0)
        text = self.output.read()
        self.output.close()
        if found != code or "Traceback" in text:
            raise FaultError(f"{' '.join(self.arguments)}: {found} instead of {code}\n{text}")
        return text


class Day:
    """A folder that was empty in the morning.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._started: list[subprocess.Popen[str]] = []

    def close(self) -> None:
        """Ends what a fault has left running."""
        for process in self._started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def start(
        self, *arguments: str, program: Path = COOKBOOK, folder: str = ".", **environment: str
    ) -> Command:
        """Starts a command, `cookbook` unless another program is named."""
        output = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        process = subprocess.Popen(
            [str(program), *arguments],
            cwd=self.folder / folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | environment,
            text=True,
            start_new_session=True,
        )
        self._started.append(process)
        return Command((program.name, *arguments), process, output)

    def run(self, *arguments: str, code: int = 0, folder: str = ".") -> str:
        """Runs a command to its end."""
        return self.start(*arguments, folder=folder).end(code)

    def json(self, *arguments: str, folder: str = ".") -> Any:
        """What a program reads: the last line of `--json`."""
        return json.loads(self.run(*arguments, "--json", folder=folder).splitlines()[-1])


def look_around(day: Day) -> None:
    """Recipes, a recipe, the machine; a typing error names the right word."""
    day.run("recipes")
    day.run("show", "digits-mlp")
    day.run("doctor")
    expect("Did you mean 'digits-mlp'" in day.run("train", "digit-mlp", code=2), "no suggestion")


def own_table(day: Day) -> None:
    """A CSV file of one's own; predictions for its rows."""
    table = write_table(day.folder)
    arguments = ("train", "tabular", "--data", table.name, "--target", "label", "--epochs", "3")
    result = day.json(*arguments)
    expect(0 <= result["test_metrics"]["accuracy"] <= 1, f"accuracy of {result}")
    expect(day.json("runs")[0]["run"] == result["run_id"], "the training is not listed")
    shown = day.run("predict", "latest", table.name, "--output", "out.csv")
    expect("accuracy" in shown, f"no scores beside a known target: {shown}")
    lines = (day.folder / "out.csv").read_text(encoding="utf-8").splitlines()
    expect(len(lines) == len(table.read_text(encoding="utf-8").splitlines()), f"{lines[:3]}")


def own_images(day: Day) -> None:
    """A folder of pictures of one's own."""
    photos = write_images(day.folder)
    size = ("--data-option", "image_size=[16, 16]")
    run = day.json("train", "image", "--data", photos.name, *size, "--epochs", "2")["run_id"]
    day.run("predict", run, str(next(photos.rglob("*.png"))))


def own_texts(day: Day) -> None:
    """Texts of one's own."""
    texts = write_texts(day.folder)
    run = day.json("train", "text", "--data", texts.name, "--epochs", "2")["run_id"]
    day.run("predict", run, "the match of the day")


def change_one_s_mind(day: Day) -> None:
    """A long search, Ctrl-C after some trials, and the same with fewer trials."""
    search = ("tune", "digits-mlp", "--study", "mind", "--epochs", "2", "--workers", "2")
    running = day.start(*search, "--trials", "60")
    wait_until(lambda: finished_trials(day.folder / "mlruns") >= 2, running)
    running.interrupt()
    running.end(INTERRUPTED)
    day.run(*search, "--trials", "3")
    row = study(day, "mind")
    expect(row["status"] == "finished" and row["running"] == 0, f"the study is {row}")


def two_at_once(day: Day) -> None:
    """Two trainings that begin in the same moment, where there is no store yet."""
    (day.folder / "together").mkdir()
    arguments = ("train", "digits-mlp", "--tiny", "--seed")
    both = [day.start(*arguments, seed, folder="together") for seed in "01"]
    for command in both:
        command.end()
    saved = list((day.folder / "together/mlruns/models").glob("*/*.keras"))
    expect(len(saved) == 2, f"saved models: {saved}")


def look_back(day: Day) -> None:
    """What a study gave: trials, winner, report."""
    for command in ("trials", "best", "report"):
        day.run(command, "latest")
    expect(len(day.json("trials", "mi")) >= 3, "trials are missing")
    expect((day.folder / "mind.html").stat().st_size > 10_000, "the report is empty")


def open_ui(day: Day) -> None:
    """The MLflow UI answers on loopback and ends with Ctrl-C."""
    port = free_port()
    server = day.start("ui", "--port", str(port))
    wait_until(lambda: answers(port), server)
    server.interrupt()
    text = server.end()
    expect("workflowType=machine_learning" in text, f"no link to the runs in {text}")
    said = [line for line in text.splitlines() if not line.startswith("... ")]
    expect(len(said) <= 3, f"noise of the server: {text}")


def serve(day: Day) -> None:
    """MLflow serves the newest training on a table: raw rows in, classes out."""
    run = next(row["run"] for row in day.json("runs") if row["recipe"] == "tabular")
    port = free_port()
    environment = {
        "MLFLOW_TRACKING_URI": f"sqlite:///{day.folder}/mlruns/mlflow.db",
        "PATH": f"{PYTHON.parent}{os.pathsep}{os.environ['PATH']}",  # as in an activated one
    }
    address = ("--env-manager", "local", "--model-uri", f"runs:/{run}/model", "--port", str(port))
    server = day.start("models", "serve", *address, program=MLFLOW, **environment)
    wait_until(lambda: answers(port, "/ping"), server)
    rows = [{"size": 2.5, "colour": "red"}, {"size": None, "colour": "blue"}]
    _, reply = ask(port, "POST", "/invocations", {"dataframe_records": rows})
    found = json.loads(reply)["predictions"]
    expect({row["prediction"] for row in found} <= {"no", "yes"}, f"served: {found}")
    server.interrupt()
    server.process.wait(PATIENCE)  # MLflow ends with a traceback
    server.output.close()


def main_job(day: Day) -> None:
    """What `make tune` does after the installation."""
    expect("best hyperparameters" in day.run("tune", "digits-cnn", "--trials", "24"), "no winner")


def readme(day: Day) -> None:
    """Every Python block of the README, as a script."""
    blocks = [block for block in blocks_of(ROOT / "README.md") if block.language == "python"]
    for number, block in enumerate(blocks):
        (day.folder / f"block_{number}.py").write_text(block.text, encoding="utf-8")
        day.start(f"block_{number}.py", program=PYTHON).end()


def examples(day: Day) -> None:
    """Examples, jobs and the tutorial that come with the program; a job of them runs."""
    day.run("examples", "mine")
    copied = {path.name for path in (day.folder / "mine").rglob("*") if path.is_file()}
    expect({"svc.yaml", "scikit_learn.py", "digits.yaml", "tutorial.ipynb"} <= copied, f"{copied}")
    day.run("tune", "examples/svc.yaml", "--trials", "2", folder="mine")


def guides(day: Day) -> None:
    """Every Python block and every command of the guides, in their order."""
    for page in sorted((ROOT / "docs/guides").glob("*.md")):
        folder = day.folder / page.stem
        folder.mkdir()
        for number, block in enumerate(blocks_of(page)):
            if block.language == "yaml":
                name = block.text.partition("\n")[0].removeprefix("# ")
                (folder / name).write_text(block.text, encoding="utf-8")
            elif block.language == "python":
                (folder / f"block_{number}.py").write_text(block.text, encoding="utf-8")
                script = day.start(f"block_{number}.py", program=PYTHON, folder=page.stem)
                script.end()
            elif block.language == "sh" and not block.skipped:
                for line in commands(block):
                    program, *arguments = shlex.split(line, comments=True)
                    if program == "cookbook":
                        day.run(*arguments, folder=page.stem)


def tutorial(day: Day) -> None:
    """The tutorial, as a notebook."""
    (day.folder / "tutorial").mkdir()
    execute(TUTORIAL, day.folder / "tutorial")


SHORT = (look_around, own_table, change_one_s_mind, two_at_once, look_back,
         open_ui, serve)  # fmt: skip
LONG = (*SHORT, own_images, own_texts, main_job, readme, examples, guides, tutorial)


def expect(truth: bool, otherwise: str) -> None:
    """A fault unless `truth`."""
    if not truth:
        raise FaultError(otherwise)


def study(day: Day, name: str) -> dict[str, Any]:
    """A study's line in `cookbook status`; empty before there is one."""
    return next((row for row in day.json("status") if row["name"] == name), {})


def wait_until(truth: Callable[[], bool], command: Command) -> None:
    """Waits while a command runs; that it ends before is a fault."""
    deadline = time.monotonic() + PATIENCE
    while not truth():
        if command.process.poll() is not None or time.monotonic() > deadline:
            command.end(code=-1)
        time.sleep(0.3)


@contextlib.contextmanager
def timed(step: Callable[[Day], None]) -> Iterator[None]:
    """Prints the line of a step."""
    title = (step.__doc__ or step.__name__).splitlines()[0].rstrip(".")
    start = time.monotonic()
    try:
        yield
    except FaultError:
        print(f"FAULT {time.monotonic() - start:6.1f} s  {title}", flush=True)
        raise
    print(f"ok    {time.monotonic() - start:6.1f} s  {title}", flush=True)


def main() -> int:
    """Walks the day; 0 when nothing went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="Every step.")
    parser.add_argument("--only", help="Names of steps, separated by commas.")
    given = parser.parse_args()
    by_name = {step.__name__: step for step in LONG}
    only = given.only.split(",") if given.only else []
    if unknown := set(only) - set(by_name):
        parser.error(f"no step named {', '.join(sorted(unknown))}. Known: {', '.join(by_name)}")
    steps = [by_name[name] for name in only] or (LONG if given.long else SHORT)
    # A store of the caller would take what belongs into the folder.
    for name in ("COOKBOOK_ROOT", "COOKBOOK_STORAGE", "COOKBOOK_DATA", "MLFLOW_TRACKING_URI"):
        os.environ.pop(name, None)
    # A shell lets its background jobs ignore Ctrl-C, and their children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # A time limit ends this process alone; the commands have sessions of their own.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(Day(Path(folder))) as day:
        try:
            for step in steps:
                with timed(step):
                    step(day)
        except FaultError as fault:
            print(fault, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
