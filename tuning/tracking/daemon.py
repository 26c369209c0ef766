"""The process beside a search that writes MLflow: slow or hanging, it holds nobody up.

Started by `tuning.tracking.mirror.Mirror`, by its own name or by that of a module that calls `main`
with a way to deliver what belongs to the end of a study. It is spoken to in lines of JSON: the
first line of its input says what to mirror, a line `TRIALS_OVER` that only the end of the search is
missing, and another one, or the end of the input, that the search is over. Every line of its output
is a state.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from tuning.credentials import mask_credentials
from tuning.imports import keep_imports
from tuning.storage.records import FINISHED, TrialRecord, record_of

if TYPE_CHECKING:
    from tuning.tracking.runs import Run

# Writes what lies in a folder to the parent run.
Deliver = Callable[["Run", Path], object]
TRIALS_OVER = "trials over"
_LONGEST_PAUSE = 15.0
_MOST_DOUBLINGS = 20


class MirrorLoop:
    """Follows a study until it is told to stop.

    Args:
        config: What `Mirror` sends: storage, study, tracking_uri, experiment, artifact_root,
            interval, delay.
        output: Where the states go.
        deliver: Writes what `Mirror.close` names.
    """

    def __init__(
        self, config: Mapping[str, Any], output: IO[str], *, deliver: Deliver | None = None
    ) -> None:
        self._config = config
        self._output = output
        self._deliver = deliver
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._trials_over = False
        self._can_draw = False
        self._ending: Mapping[str, Any] = {"files": False, "status": None}
        self._study: Any = None
        self._space: Any = None
        self._writer: Any = None
        self._records: dict[int, TrialRecord] = {}
        self._mirrored = 0
        self._said: dict[str, Any] = {}

    def stop(self, ending: Mapping[str, Any] | None) -> None:
        """Ends the loop after one last look at the study.

        Args:
            ending: `files` and `status` for `StudyWriter.finish`, and `deliver`: a folder, or
                None; None when the search's process is gone without a word.
        """
        if ending is not None:
            self._ending = ending
        self._stop.set()
        self._wake.set()

    def draw(self) -> None:
        """Draws the figures of the trials, which are over, while the winner is refitted."""
        self._trials_over = True
        self._wake.set()

    def run(self) -> None:
        """Writes until the end; whatever fails is tried again, with longer and longer pauses."""
        self._wake.wait(float(self._config.get("delay", 0.0)))
        pause = float(self._config["interval"])
        failures = 0
        while not self._stop.is_set():
            self._wake.clear()
            failures = 0 if self._attempt(last=False) else failures + 1
            # Of hours of failures the power would be no number any more.
            self._wake.wait(min(pause * 2 ** min(failures, _MOST_DOUBLINGS), _LONGEST_PAUSE))
        ended = self._attempt(last=True) or self._attempt(last=True)
        folder = self._ending.get("deliver")
        if ended and folder is not None and self._deliver is not None:
            self._hand_over(self._deliver, Path(folder))
        self._say(done=True, synced=ended and not self._said.get("left"))

    def _hand_over(self, deliver: Deliver, folder: Path) -> None:
        """Delivers once; whoever closed the mirror hears whether it arrived."""
        self._say(delivering=True)
        try:
            deliver(self._writer.parent, folder)
        except Exception as error:  # the files stay where they are, for another time
            refused = mask_credentials(f"{error}".strip() or type(error).__name__)
            self._say(delivering=False, refused=refused)
        else:
            self._say(delivering=False, delivered=True)

    def _attempt(self, *, last: bool) -> bool:
        try:
            self._step(last=last)
        except Exception as error:  # the study is safe; whatever it is, the next look may succeed
            self._writer = None  # opened again: what is there is looked up in MLflow
            message = mask_credentials(f"{error}".strip() or type(error).__name__)
            self._say(error=message, left=self._ended() - self._mirrored)
            return False
        self._say(error=None)
        return True

    def _step(self, *, last: bool) -> None:
        records = self._read()
        if self._writer is None:
            from tuning.tracking.quiet import load_mlflow
            from tuning.tracking.writer import StudyWriter

            load_mlflow()  # it takes seconds, and says nothing about the server
            self._say(asked=True)
            self._writer = StudyWriter(
                self._study,
                self._config["tracking_uri"],
                experiment=self._config.get("experiment"),
                artifact_root=self._config.get("artifact_root"),
            )
            self._say(error=None)  # it answers: whoever waits may wait for the rest
        left = self._writer.write(records, running=not last)
        self._mirrored = self._ended() - left
        report = self._writer.report
        self._say(
            left=left,
            run_id=report.run_id,
            experiment_id=report.experiment_id,
            url=report.url,
            written=report.created + report.completed,
        )
        if last:
            self._writer.finish(records, files=self._ending["files"], status=self._ending["status"])
            self._writer.close()
        else:
            self._look_ahead(records)

    def _look_ahead(self, records: Sequence[TrialRecord]) -> None:
        """Does what the end needs while nobody waits for it."""
        if not self._can_draw:
            from tuning.tracking.study_files import load_drawing

            load_drawing()
            self._can_draw = True
        if self._trials_over:
            self._writer.draw(records)

    def _ended(self) -> int:
        return sum(record.state in FINISHED for record in self._records.values())

    def _read(self) -> list[TrialRecord]:
        """Reads the trials; finished ones never change and are decoded once."""
        if self._study is None:
            from tuning.tracking.rebuild import load_study

            self._study = load_study(self._config["storage"], self._config["study"])
            self._space = _space_of(self._study)
        for trial in self._study.get_trials(deepcopy=False):
            known = self._records.get(trial.number)
            if known is None or known.state not in FINISHED:
                self._records[trial.number] = record_of(trial, self._space)
        return [self._records[number] for number in sorted(self._records)]

    def _say(self, **news: Any) -> None:
        state = self._said | news
        if state == self._said:
            return
        self._said = state
        with contextlib.suppress(OSError, ValueError):  # nobody listens any more
            self._output.write(json.dumps(state) + "\n")
            self._output.flush()


def _space_of(study: Any) -> Any:
    from tuning.space.space import Space
    from tuning.storage.records import SPACE

    stored = study.user_attrs.get(SPACE)
    return None if stored is None else Space.from_dict(stored)


def _listen(source: IO[str], loop: MirrorLoop) -> None:
    line = source.readline()
    while line.strip() and json.loads(line) == TRIALS_OVER:
        loop.draw()
        line = source.readline()
    loop.stop(json.loads(line) if line.strip() else None)


def main(deliver: Deliver | None = None) -> None:
    """Runs the process.

    Args:
        deliver: Writes what `Mirror.close` names to the parent run, after the study's end.
    """
    if hasattr(os, "nice"):
        os.nice(5)  # the trials come first, yet MLflow follows them while they train
    config = json.loads(sys.stdin.readline())
    output = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    sys.stdout = sys.stderr  # what libraries print is no state
    keep_imports()
    loop = MirrorLoop(config, output, deliver=deliver)
    threading.Thread(target=_listen, args=(sys.stdin, loop), daemon=True).start()
    loop.run()
    output.flush()
    os._exit(0)  # threads of MLflow must not hold up the end


if __name__ == "__main__":
    main()
