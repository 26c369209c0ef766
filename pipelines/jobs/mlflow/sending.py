"""Sends a refitted winner to MLflow from a worker, which has TensorFlow already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pipelines.jobs.mlflow.delivery import kept_delivery
from pipelines.jobs.trial import RECIPE_MODULES
from tuning import Context, JobError
from tuning.workers.calls import ASK, Call, calling_pool, run_calls
from tuning.workers.local import LOG_NAME
from tuning.workers.pool import COMPLETE

if TYPE_CHECKING:
    from tuning import SearchSettings

_REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class WinnerSending:
    """Writes what is kept of a winner to its run.

    Attributes:
        tracking_uri: MLflow store or server.
        experiment: Experiment of the run.
        run_id: The parent run of the study.
        directory: Folder of the model, with its delivery.
    """

    tracking_uri: str
    experiment: str
    run_id: str
    directory: Path
    preload: ClassVar[tuple[str, ...]] = RECIPE_MODULES

    def __call__(self, params: dict[str, Any], context: Context) -> dict[str, float]:
        """Sends it, once the run is written to its end.

        Args:
            params: Nothing.
            context: Tells when; takes the note why MLflow refused it.
        """
        from tuning.tracking import Tracker, TrackingError

        delivery = kept_delivery(self.directory)
        try:
            # Its imports take long: others still write meanwhile.
            run = Tracker(self.tracking_uri, experiment=self.experiment).run(self.run_id)
            context.report(1, {ASK: 1.0})
            if delivery is not None:
                delivery.send(run, self.directory)
        except TrackingError as error:
            context.annotate(_REFUSED, str(error))
        return {}


def send_winner(
    sending: WinnerSending, settings: SearchSettings, *, may_send: Callable[[], bool]
) -> str | None:
    """Sends a winner from a worker.

    Args:
        sending: What is sent, and where to.
        settings: Those of the search.
        may_send: Asked when the worker is ready, whether the run is written and MLflow answers.

    Returns:
        Why it was not sent, None when it was.
    """
    log = settings.directory / LOG_NAME
    try:
        with calling_pool(settings, 1, log=log, preload=sending.preload) as pool:
            call = Call(function=sending, directory=settings.directory)
            (outcome,) = run_calls(pool, [call], may_go_on=may_send)
    except JobError as error:
        return str(error)
    if outcome.kind != COMPLETE:
        return "the runs of the study were not written."
    refused: str | None = outcome.notes.get(_REFUSED)
    return refused
