"""The logic of one search: phases one after the other, decisions, leases, the way to its end."""

from __future__ import annotations

import dataclasses

from tuning.engine.channel import Channel, Heard
from tuning.engine.failures import SameFailure
from tuning.engine.intake import TrialIntake
from tuning.engine.opened import OpenedStudy
from tuning.engine.orders import Answer, Cancel, Submit
from tuning.engine.phase import Phase
from tuning.engine.phases import grown_phase, phases_of
from tuning.engine.progress import Reporter
from tuning.engine.pruning import Decider
from tuning.engine.running_trials import RunningTrials
from tuning.engine.suggester import Suggester, Suggestion
from tuning.engine.suggestions import Asker, Suggested
from tuning.engine.timers import Timers
from tuning.results.result import Progress
from tuning.space.learning import asked_parameters
from tuning.storage.claims import Claim
from tuning.workers.pool import (
    BROKEN,
    FAILED,
    Asked,
    Ended,
    Interrupted,
    Lost,
    Message,
    Outcome,
    Stopped,
    TrialTask,
)

_TICK = 0.1
_REAP_SECONDS = 5.0
_EARLY_END_SECONDS = 0.2
_GRACE_SECONDS = 3.0  # for a claim that is being made when the search ends


class StudySearch:
    """Searches a study until it is told to stop or nothing is left to do.

    Args:
        opened: The study.
        channel: Brings messages, takes orders.
        reports: Whether `progress` is wanted.

    Attributes:
        slots: Most tasks at a time; set from any thread.
        stop_reason: Why the search is to end, None while it goes on; set from any thread.
        away: Seconds for which the store has been away, None while it answers.
        trials: The trials that run now.
        reporter: Takes the snapshots.
        progress: The last snapshot, or None.
    """

    def __init__(self, opened: OpenedStudy, channel: Channel, *, reports: bool) -> None:
        settings = opened.settings
        self.slots = 0
        self.stop_reason: str | None = None
        self.away: float | None = None
        self.trials = RunningTrials(opened.book, settings, self._trial_ended)
        self.reporter = Reporter(settings, opened.ledger, wanted=reports)
        self.progress: Progress | None = None
        self._opened = opened
        self._channel = channel
        self._asker = self._new_asker()
        self._decider = Decider(opened.backend, settings)
        self._failures = SameFailure(opened.ledger)
        self._timers = Timers()
        self._suggester: Suggester | None = None
        self._intake: TrialIntake | None = None

    @property
    def wanted(self) -> int:
        """Most workers that the running phase has trials for; none when the search is to end."""
        if self._intake is None or self.stop_reason is not None:
            return 0
        return self._intake.wanted

    def run(self) -> str:
        """Searches; every trial that still runs at the end waits for the next search.

        Returns:
            Why the search ended.

        Raises:
            JobError: If the job is broken.
            StoreError: If the store cannot be used.
        """
        opened = self._opened
        self.trials.deliver_kept()
        opened.book.leases.reap()
        self._suggester = Suggester(opened.book, self._asker, self._channel.send)
        phase, reason = None, "trials"
        for phase in phases_of(opened, lambda: self._asker):
            ended = self._run_phase(phase, self._suggester)
            if reason == "trials" or self.stop_reason is not None:
                reason = ended  # else an earlier stage lacks trials, and that is why
            if self.stop_reason is not None:
                break
        self.give_back()
        self._failures.check()
        self._take_snapshot(phase)
        return reason

    def give_back(self) -> None:
        """Ends what still runs; the trials wait for the next search. Does nothing a second time."""
        if self._suggester is None:
            return
        found = self._suggester.close(timeout=_GRACE_SECONDS)
        self._suggester = None
        heard = self._receive(0.0)
        found += [message.claim for message in heard if isinstance(message, Suggested)]
        ended = [message for message in heard if isinstance(message, Ended)]
        self.trials.end({one.token: one.outcome for one in ended if one.outcome.kind != BROKEN})
        for claim in self.trials.claims:
            self._channel.order(Cancel(claim.token))
        self.trials.give_back(*found)

    def _run_phase(self, phase: Phase, suggester: Suggester) -> str:
        intake = self._intake = TrialIntake(phase, suggester, self._opened.book)
        ending: str | None = None
        while self.stop_reason is None:
            phase = self._keep_leases(phase)
            if ending is None and phase.may_end_early:
                ending = self._reason_to_end()
            if ending is None and intake.is_exhausted and not self.trials:
                ending = "exhausted"
            if ending is None:
                intake.request(self.slots, self.trials.slots)
            if self.reporter.due:
                self._take_snapshot(phase)
                self._channel.wake()
            is_idle = not self.trials and not intake.is_waiting
            if is_idle and (ending or intake.is_finished(self.slots)):
                return ending or ("exhausted" if phase.exhausts else "trials")
            phase = self._hear_all(self._receive(_TICK), phase, intake)
        return self.stop_reason

    def _receive(self, timeout: float) -> list[Heard]:
        self.away = None  # the store answered, or nothing was asked of it
        return self._channel.receive(timeout)

    def _hear_all(self, messages: list[Heard], phase: Phase, intake: TrialIntake) -> Phase:
        """Takes messages in their order, but writes the ends of trials together.

        Returns:
            The phase from now on: in a larger space where a trial was asked for something new.
        """
        ended = {one.token: one.outcome for one in messages if isinstance(one, Ended)}
        has_grown = self._learn(ended)
        self.trials.end(ended)
        for message in messages:
            if not isinstance(message, Ended):
                self._hear(message, phase, intake)
        return self._grow(phase) if has_grown else phase

    def _learn(self, ended: dict[str, Outcome]) -> bool:
        """Takes what trials were asked for into the space; whether it has grown."""
        has_grown = False
        for token, outcome in ended.items():
            if not outcome.ranges or self.trials.claim(token) is None:
                continue
            asked = asked_parameters(outcome.point or {}, outcome.ranges)
            try:
                has_grown |= self._opened.learn(asked)
            except ValueError as error:
                ended[token] = dataclasses.replace(
                    outcome, kind=FAILED, reason=str(error), ranges={}
                )
        return has_grown

    def _grow(self, phase: Phase) -> Phase:
        """Goes on in the study's larger space, beside the trials that run."""
        self._asker = self._new_asker()
        if self._suggester is not None:
            self._suggester.take(self._asker)
        phase = grown_phase(phase, self._opened)
        if self._intake is not None:
            self._intake.go_on(phase)
        return phase

    def _new_asker(self) -> Asker:
        opened = self._opened
        return Asker(opened.study, opened.storage, space=opened.space, settings=opened.settings)

    def _hear(self, message: Heard, phase: Phase, intake: TrialIntake) -> None:
        if not isinstance(message, Suggestion):
            self._hear_of_task(message)
            return
        intake.answered(message)
        if isinstance(message, Suggested):
            self._begin(message, prunes=phase.prunes and self._decider.active)

    def _hear_of_task(self, message: Message) -> None:
        claim = self.trials.claim(message.token)
        if claim is None:
            return  # given back meanwhile
        if isinstance(message, Asked):
            prunes = self._decider.prunes(claim, message.steps, message.values)
            self._channel.order(Answer(message.token, prunes=prunes))
        elif isinstance(message, Stopped):
            self.trials.stop(claim, message.reason)
        elif isinstance(message, Lost | Interrupted):
            self._hear_of_loss(claim, message)

    def _hear_of_loss(self, claim: Claim, message: Lost | Interrupted) -> None:
        """A worker or its machine died; unless it was once too often the trial waits again."""
        if isinstance(message, Lost):
            waits = self.trials.lose(claim, message.reason)
        else:
            waits = self.trials.interrupt(claim, message.reason)
        if waits and self._intake is not None:
            self._intake.look_again()

    def _begin(self, found: Suggested, *, prunes: bool) -> None:
        claim, settings = found.claim, self._opened.settings
        self.trials.add(claim, found.slot)
        task = TrialTask(
            token=claim.token,
            number=claim.number,
            params=dict(found.params),
            seed=found.seed,
            budget=settings.budget,
            directory=str(settings.directory / "trials" / f"{claim.number:05d}"),
            checkpoints=settings.checkpoints_of(claim.number),
            metric=settings.metrics[0][0] if prunes else None,
            decision_steps=self._decider.steps,
            timeout=settings.trial_timeout,
            memory_limit=settings.memory_limit,
        )
        self._channel.order(Submit(task))

    def _trial_ended(self, number: int, reason: str | None) -> None:
        if self._intake is not None:
            self._intake.trial_ended()
        self.reporter.ended(number)
        self._failures.add(reason)

    def _keep_leases(self, phase: Phase) -> Phase:
        """Renews the leases of running trials and takes abandoned ones of other searches back.

        Returns:
            The phase from now on: other searches may have found more of the space.
        """
        leases = self._opened.book.leases
        if self._timers.is_due("renew", every=leases.seconds / 4):
            held = self.trials.claims
            if self._suggester is not None:
                held += self._suggester.claims
            for claim in leases.renew(held):
                if self.trials.drop(claim):
                    self._channel.order(Cancel(claim.token))
        if not self._timers.is_due("reap", every=min(_REAP_SECONDS, leases.seconds / 2)):
            return phase
        if leases.reap() and self._intake is not None:
            self._intake.look_again()
        return self._grow(phase) if self._opened.look() else phase

    def _reason_to_end(self) -> str | None:
        """Why no further trial is wanted, although there could be one; None if one is."""
        settings, ledger = self._opened.settings, self._opened.ledger
        if settings.patience is None and settings.stop_at is None:
            return None
        if not self._timers.is_due("early end", every=_EARLY_END_SECONDS):
            return None
        ledger.refresh()
        if ledger.best is not None and settings.reaches(ledger.best.value):
            return "target"
        is_stale = settings.patience is not None and ledger.stale() >= settings.patience
        return "patience" if is_stale else None

    def _take_snapshot(self, phase: Phase | None) -> None:
        self.progress = self.reporter.snapshot(phase, self._failures.finished)
