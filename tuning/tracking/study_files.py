"""The files that a parent run carries: figures, report, trials, and the study's attributes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuning.imports import without_collections
from tuning.storage.records import RESULT, SETTINGS, SPACE, TrialRecord
from tuning.tracking.parent import trials_digest

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class StudyFiles:
    """Draws and writes the files of one study.

    The figures show trials alone: once these are over, they can be drawn while the winner is
    still being refitted.

    Args:
        study: The `optuna.Study`.
    """

    def __init__(self, study: Any) -> None:
        self._study = study
        self._figures: Mapping[str, Figure] = {}
        self._shown = ""

    def draw(self, records: Sequence[TrialRecord]) -> None:
        """Draws the figures of the trials, if they show anything else than the last time.

        Args:
            records: All trials of the study.
        """
        from tuning.report import draw_all, render_all, view_study

        shown = trials_digest(self._study, records)
        if shown != self._shown:
            self._figures = draw_all(view_study(self._study))
            render_all(self._figures)
            self._shown = shown

    def write(
        self, records: Sequence[TrialRecord], folder: Path, *, run_url: str | None = None
    ) -> None:
        """Writes all files.

        Args:
            records: All trials of the study.
            folder: An existing empty folder; it gets `report.html`, `figures/`, `trials.csv` and
                the study's space, settings and result as JSON.
            run_url: Where the run is looked at.
        """
        from tuning.report import view_study, write_figures, write_report, write_trials

        for name in (SPACE, SETTINGS, RESULT):
            value = self._study.user_attrs.get(name)
            if value:
                text = json.dumps(value, indent=2, default=str)
                (folder / f"{name}.json").write_text(text, encoding="utf-8")
        self.draw(records)
        view = view_study(self._study)
        write_trials(view, folder / "trials.csv")
        write_figures(view, folder / "figures", figures=self._figures)
        write_report(view, folder / "report.html", figures=self._figures, run_url=run_url)


def load_drawing() -> None:
    """Imports what figures and report need, which takes a second: while nobody waits for it."""
    with without_collections():
        from optuna.importance import get_param_importances  # noqa: F401

        import tuning.report.page  # noqa: F401
