"""MLflow follows a running search from a process of its own."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from tuning.credentials import mask_credentials
from tuning.tracking.daemon import TRIALS_OVER
from tuning.tracking.mirror_report import MirrorReport

_LOGGER = logging.getLogger("tuning.tracking")
# A server that is silent for so long does not answer; a database makes its tables first.
_SILENCE = 10.0


class Mirror:
    """Writes a study's runs to MLflow while the search runs, without ever holding it up.

    The work is done by a process of low priority that reads the study and writes MLflow; mlflow
    is never imported here. MLflow being slow, down or full costs the search nothing: one warning
    says so, and `tuning.tracking.sync` writes the rest later. When this process dies, the other
    one writes the trials that have finished and ends.

    Args:
        storage: SQLAlchemy URL of the study's store.
        study_name: Name of the study, which must exist when the mirror is started.
        tracking_uri: Where the runs go.
        experiment: MLflow experiment; by default the one of the study's provenance, else the
            study's name.
        artifact_root: Files of a new experiment, see `Tracker`.
        interval: Seconds between two looks at the study, above 0.
        delay: Seconds before the first look, so that the workers' imports come first.
        warn: Receives the one warning of an outage; by default the logger `tuning.tracking`.
        advice: Sentence that says how what is missing is sent.
        program: Module of the process, which calls `tuning.tracking.daemon.main`.

    Raises:
        ValueError: If `interval` is not above 0.

    Example:
        ```python
        with Mirror(url, "digits", tracking_uri) as mirror:
            search(...)
        print(mirror.report)
        ```
    """

    def __init__(
        self,
        storage: str,
        study_name: str,
        tracking_uri: str,
        *,
        experiment: str | None = None,
        artifact_root: str | Path | None = None,
        interval: float = 1.0,
        delay: float = 0.0,
        warn: Callable[[str], None] | None = None,
        advice: str = "`tuning.tracking.sync` sends it.",
        program: str = "tuning.tracking.daemon",
    ) -> None:
        if not interval > 0:
            raise ValueError(f"`interval > 0` must hold. Got interval={interval}.")
        self._config = {
            "storage": storage,
            "study": study_name,
            "tracking_uri": tracking_uri,
            "experiment": experiment,
            "artifact_root": None if artifact_root is None else str(artifact_root),
            "interval": interval,
            "delay": delay,
        }
        self._study_name = study_name
        self._warn = warn or _LOGGER.warning
        self._advice = advice
        self._program = program
        self._warned = False
        self._state: dict[str, Any] = {}
        self._asked: float | None = None
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    @property
    def run_id(self) -> str | None:
        """The parent run, or None until MLflow has answered."""
        return self._state.get("run_id")

    @property
    def report(self) -> MirrorReport:
        """How far MLflow has followed."""
        known = {k: v for k, v in self._state.items() if k in MirrorReport.__dataclass_fields__}
        return MirrorReport(**known)

    def start(self) -> Mirror:
        """Starts to follow; returns at once."""
        try:
            process = subprocess.Popen(  # noqa: S603 - a module of the program
                # `-P`: a folder `tuning` where the user happens to be is not this package.
                [sys.executable, "-P", "-m", self._program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
                env=_environment(),
                start_new_session=True,  # Ctrl-C ends the search; the mirror writes what is done
            )
            self._send(process, self._config)  # by the pipe: a password must not be seen in `ps`
        except OSError as error:
            self._note({"error": f"the mirror's process did not start: {error}"})
            return self
        self._process = process
        self._reader = threading.Thread(
            target=self._read, args=(process,), name="mirror", daemon=True
        )
        self._reader.start()
        return self

    def wait(self, timeout: float) -> str | None:
        """Waits until the parent run exists.

        Args:
            timeout: Most seconds to wait.

        Returns:
            Its run id, or None when MLflow has not answered.
        """
        end = time.monotonic() + timeout
        while self.run_id is None and self._alive() and time.monotonic() < end:
            time.sleep(0.05)
        return self.run_id

    def look_ahead(self) -> None:
        """Says that only the end of the study is missing: what shows the trials is drawn now."""
        if self._process is not None:
            with contextlib.suppress(OSError):  # it has died: `close` says so
                self._send(self._process, TRIALS_OVER)

    def close(
        self,
        timeout: float = 30.0,
        *,
        status: str | None = "FINISHED",
        files: bool = True,
        grace: float | None = None,
        say: bool = True,
        deliver: Path | None = None,
    ) -> MirrorReport:
        """Lets MLflow catch up and ends.

        Args:
            timeout: Most seconds to wait; then the rest is left to `tuning.tracking.sync`.
            status: Status of the parent run: `FINISHED`, `KILLED` or `FAILED`; None to conclude
                it from the study.
            files: Whether the parent run gets figures, report and JSON files.
            grace: Most seconds to wait once MLflow has failed or is silent; as `timeout` by
                default.
            say: Whether to say now what is left; else `say_what_is_left` does.
            deliver: Folder that the mirror's program delivers to the parent run in the end,
                however long that takes.

        Returns:
            How far MLflow has followed. A second call returns the same.
        """
        process = self._process
        if process is None:
            return self.report
        self._process = None
        with contextlib.suppress(OSError):  # when it has died, what it said last stands
            folder = None if deliver is None else str(deliver.resolve())
            self._send(process, {"status": status, "files": files, "deliver": folder})
        self._wait_for(process, timeout, grace)
        if self._reader is not None:
            self._reader.join(5.0)
        for pipe in (process.stdin, process.stdout):
            _close(pipe)
        if say:
            self.say_what_is_left()
        return self.report

    def say_what_is_left(self, further: Sequence[str] = ()) -> None:
        """Says in one line what MLflow lacks, if it lacks anything.

        Args:
            further: What it lacks of the study beside trials, for example "the model".
        """
        report = self.report
        lacking = list(further)
        if not report.synced:
            left = "some" if report.left is None else str(report.left)
            trials = f"{left} finished trials" if report.left != 0 else "the end of the study"
            lacking.insert(0, trials)
        if lacking:
            *most, last = lacking
            what = f"{', '.join(most)} and {last}" if most else last
            self._warn(f"MLflow still lacks {what} of study {self._study_name!r}: {self._advice}")

    def __enter__(self) -> Mirror:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.close(status="FAILED" if issubclass(kind, Exception) else "KILLED", files=False)

    def _alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _wait_for(
        self, process: subprocess.Popen[str], timeout: float, grace: float | None
    ) -> None:
        end, failing_since = time.monotonic() + timeout, None
        while process.poll() is None:
            now = time.monotonic()
            failing_since = None if self._answers() else failing_since or now
            given_up = grace is not None and failing_since and now - failing_since >= grace
            if (given_up or now >= end) and not self._state.get("delivering"):
                process.kill()
                process.wait()
                return
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.05)

    def _answers(self) -> bool:
        """Whether MLflow answers, as far as known."""
        if self._state.get("error"):
            return False
        server = str(self._config["tracking_uri"]).startswith(("http://", "https://"))
        if not server or self._asked is None or self.run_id is not None:
            return True
        return time.monotonic() - self._asked < _SILENCE

    @staticmethod
    def _send(process: subprocess.Popen[str], message: Any) -> None:
        if process.stdin is not None:
            process.stdin.write(json.dumps(message) + "\n")
            process.stdin.flush()

    def _read(self, process: subprocess.Popen[str]) -> None:
        with contextlib.suppress(ValueError):  # the last line of a process that was killed
            for line in process.stdout or ():
                self._note(json.loads(line))

    def _note(self, state: dict[str, Any]) -> None:
        self._state = self._state | state
        if self._asked is None and state.get("asked"):
            self._asked = time.monotonic()
        if state.get("error") and not self._warned:
            self._warned = True
            self._warn(
                f"MLflow does not follow the search; the study goes on and keeps everything. "
                f"{mask_credentials(str(state['error']))}"
            )


def _environment() -> dict[str, str]:
    """Finds this package in the other process too, from a checkout as from an installation."""
    root = str(Path(__file__).parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths)}


def _close(pipe: IO[str] | None) -> None:
    if pipe is not None:
        with contextlib.suppress(OSError):  # unsent bytes to a process that is gone
            pipe.close()
