"""Runs a strategy on a real store without worker processes: ask, score, tell."""

from __future__ import annotations

import math

from optuna.trial import TrialState

from tests.tuning.empty_store import put_empty_store
from tuning import SearchSettings
from tuning.engine.opened import OpenedStudy
from tuning.engine.phases import phases_of
from tuning.engine.suggestions import Asker, NoPointLeft
from tuning.storage.claim_rows import Ending
from tuning.storage.records import read_trials


class Driver:
    """One search, as a fresh process sees it."""

    def __init__(self, root, space, *, strategy, trials, **changes):
        metrics = changes.pop("metrics", (("loss", "minimize"),))
        study = changes.pop("study", "s")
        self.settings = SearchSettings(
            study=study, root=root, strategy=strategy, trials=trials, metrics=metrics, **changes
        )
        put_empty_store(self.settings.root.resolve())
        opened = OpenedStudy.open(space, self.settings)
        self.study, self.book = opened.study, opened.book
        self.asker = Asker(self.study, opened.storage, space=space, settings=self.settings)
        self.phases = phases_of(opened, lambda: self.asker)
        self.phase = next(self.phases)

    def ask(self):
        claim = self.book.claim(self.phase.limit)
        if claim is None:
            return None
        ((started,),) = self.asker.start([(claim, 0)], self.phase)
        return claim, started.params

    def tell(self, claim, values):
        """Ends a trial: a list of values, `"pruned"`, or a value that is no number."""
        if values == "pruned":
            ending = Ending(state=TrialState.PRUNED, values=[0.9], intermediate={1: 0.9})
        elif all(math.isfinite(value) for value in values):
            ending = Ending(state=TrialState.COMPLETE, values=values)
        else:
            ending = Ending(state=TrialState.FAIL)
        self.book.finish(claim, ending)

    def run(self, score, most=1000):
        """Runs until nothing is left to claim, or `most` trials were told."""
        points = []
        while len(points) < most and (asked := self.ask()) is not None:
            claim, point = asked
            points.append(point)
            self.tell(claim, score(point, claim.number))
        return points

    def records(self):
        return read_trials(self.study)

    def run_asked(self, asked, score, most=1000):
        """Runs until nothing is left to claim or to try; `asked` says which part of a point counts.

        Returns:
            These parts, trial by trial.
        """
        found = []
        while len(found) < most and (claim := self.book.claim(self.phase.limit)) is not None:
            ((started,),) = self.asker.start([(claim, 0)], self.phase)
            if isinstance(started, NoPointLeft):
                self.book.withdraw([claim])
                break
            found.append(asked(started.params))
            values = [score(found[-1])]
            names = list(found[-1])
            self.book.finish(claim, Ending(state=TrialState.COMPLETE, values=values, asked=names))
        return found
