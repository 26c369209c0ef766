"""How long the program is silent: to the first sign of a command, and between two of them.

`python -m tests.silence` runs the commands of a first week in a terminal and through a pipe, each
in an empty folder, and ends with 1 where the first sign takes longer than two seconds or a pause
longer than five. A terminal shows a sign when something in it changes, also the colour of a bar.
`--only tune,predict` are the commands whose line holds one of these words.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pty
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.pipelines.own_data import write_table

COOKBOOK = Path(sys.executable).with_name("cookbook")
FIRST, LONGEST = 2.0, 5.0  # seconds
_COLUMNS = "100"
JOB = "recipe: digits-mlp\nstudy: served\ntrials: 4\nepochs: 2\n"
COMMANDS = """
recipes
show digits-mlp
models
reproduce
doctor
data list
data check
data check digits
data check imdb
train digits-mlp --epochs 8
train tabular --data table.csv --target label --epochs 3
predict latest table.csv
runs
tune digits-cnn --trials 8 --study one
tune digits-cnn --trials 8 --study one
status
trials one
best one
report one
report one --live
compare one
sync one
sync
train compare-depths --tiny --seeds 1
job check job.yaml
submit job.yaml
queue
worker --once
logs served
results served
delete one --yes
examples
""".strip().splitlines()


@dataclass(frozen=True)
class Silence:
    """Seconds of one command: to its first sign, the longest pause, and all."""

    first: float
    longest: float
    whole: float
    code: int

    @property
    def is_short(self) -> bool:
        """Whether both are as short as promised."""
        return self.code == 0 and self.first <= FIRST and self.longest <= LONGEST


def measure(arguments: list[str], folder: Path, *, terminal: bool) -> Silence:
    """Runs a command to its end.

    Args:
        arguments: Of `cookbook`.
        folder: Where it runs.
        terminal: Whether it writes to a terminal; else to a pipe.
    """
    read, write = pty.openpty() if terminal else os.pipe()
    began = time.monotonic()
    process = subprocess.Popen(
        [COOKBOOK, *arguments],
        cwd=folder,
        stdin=write if terminal else subprocess.DEVNULL,
        stdout=write,
        stderr=write,
        env=os.environ | {"TERM": "xterm-256color", "COLUMNS": _COLUMNS, "LINES": "40"},
    )
    os.close(write)
    signs = [began, *_signs(read, process)]
    code, ended = process.wait(), time.monotonic()
    os.close(read)
    # The end is a sign, too: the prompt appears.
    pauses = [later - earlier for earlier, later in zip(signs, [*signs[1:], ended], strict=True)]
    return Silence(pauses[0], max(pauses), ended - began, code)


def _signs(read: int, process: subprocess.Popen[bytes]) -> Iterator[float]:
    """The moments at which something else is written than just before."""
    last = b""
    while process.poll() is None or select.select([read], [], [], 0)[0]:
        if not select.select([read], [], [], 0.05)[0]:
            continue
        with contextlib.suppress(OSError):  # a terminal whose last writer has left
            written = os.read(read, 65536)
            if written and written != last:
                last = written
                yield time.monotonic()
            if written:
                continue
        return


def prepare(folder: Path) -> None:
    """Writes the files that the commands name."""
    write_table(folder)
    (folder / "job.yaml").write_text(JOB, encoding="utf-8")


def walk(lines: list[str], say: Callable[[str], None] = print) -> bool:
    """Measures commands in a terminal and through a pipe.

    Args:
        lines: Arguments of `cookbook`; later ones may need earlier ones.
        say: Receives a line for each.

    Returns:
        Whether all kept the limits.
    """
    kept = True
    say(f"{'seconds to the first sign, longest pause, all':<58} terminal             pipe")
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        for folder in (one, other):
            prepare(Path(folder))
        for line in lines:
            found = [
                measure(line.split(), Path(folder), terminal=terminal)
                for folder, terminal in ((one, True), (other, False))
            ]
            cells = "  ".join(f"{s.first:5.1f} {s.longest:5.1f} {s.whole:6.1f}" for s in found)
            short = all(silence.is_short for silence in found)
            kept = kept and short
            codes = "" if short else f"  codes {[silence.code for silence in found]}"
            say(f"{'ok   ' if short else 'LONG '} {line:<52} {cells}{codes}")
    return kept


def main() -> int:
    """Measures; 0 where all limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="Words of the commands, separated by commas.")
    words = parser.parse_args().only.split(",")
    for name in ("COOKBOOK_ROOT", "COOKBOOK_STORAGE", "MLFLOW_TRACKING_URI"):
        os.environ.pop(name, None)
    has_data = bool(os.environ.get("COOKBOOK_DATA"))
    lines = [
        line
        for line in COMMANDS
        if any(word in line for word in words)
        and (has_data or line not in ("data check", "data check imdb"))
    ]
    return 0 if walk(lines, lambda line: print(line, flush=True)) else 1


if __name__ == "__main__":
    sys.exit(main())
