"""MLflow follows a search: started when the study exists, closed when everything is written."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.jobs.mlflow.delivery import RECIPE, Delivery, kept_delivery
from tuning import open_study
from tuning.storage.records import PROVENANCE, RESULT, REVIEW, annotate_study
from tuning.tracking.study_runs import UNCHANGED
from tuning.workers.machine import usable_cores

if TYPE_CHECKING:
    from tuning import SearchSettings
    from tuning.tracking import Mirror, MirrorReport, Provenance

_DELAY_SECONDS = 5.0
_CLOSE_SECONDS = 180.0  # as long as it follows
_GRACE_SECONDS = 3.0  # for a server that has failed or is silent


class Review:
    """The MLflow side of one search; its failures are notes, never errors.

    Args:
        settings: Names the study and its store.
        tracking_uri: Where the runs go; `None` for nowhere.
        provenance: Commit, data and tags of the runs.
        note: Receives lines for the user.
    """

    def __init__(
        self,
        settings: SearchSettings,
        tracking_uri: str | None,
        *,
        provenance: Provenance,
        note: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._tracking_uri = tracking_uri
        self._provenance = provenance
        self._note = note
        self._mirror: Mirror | None = None
        self._kept: tuple[Delivery, Path, Callable[[], Any] | None] | None = None

    def follow(self) -> None:
        """Starts to mirror the study, which must exist; later calls do nothing."""
        if self._mirror is not None or self._tracking_uri is None:
            return
        from tuning.tracking import Mirror

        study = open_study(self._settings.study, self._settings.url)
        if PROVENANCE not in study.user_attrs:
            provenance = dataclasses.replace(self._provenance, program="cookbook tune")
            annotate_study(study, PROVENANCE, provenance.to_dict())
        # The workers' imports come first: they are what the user waits for. They keep one core.
        delay = 0.0 if usable_cores() > 1 else _DELAY_SECONDS
        self._mirror = Mirror(
            self._settings.url,
            self._settings.study,
            self._tracking_uri,
            delay=delay,
            warn=self._note,
            advice=f"`cookbook sync {self._settings.study}` sends it.",
            program="pipelines.jobs.mlflow.daemon",
        ).start()

    def look_ahead(self) -> None:
        """Says that the trials are over, and their winner is refitted now."""
        self.follow()
        if self._mirror is not None:
            self._mirror.look_ahead()

    def keep(
        self, delivery: Delivery, directory: Path, *, load: Callable[[], Any] | None = None
    ) -> None:
        """Takes what is to be sent with the end of the study.

        Args:
            delivery: The winner; its files lie in `directory` already.
            directory: Folder of the saved model.
            load: Loads a plain Keras model that needs code of the user's own.
        """
        self._kept = (delivery, directory, load)

    def close(self, *, interrupted: bool = False, keeps_status: bool = False) -> Mapping[str, Any]:
        """Lets MLflow catch up and sends the winner; where the runs are is kept with the study.

        A server that does not answer is waited for some seconds. One line then says what is
        missing; `sync_study` sends it.

        Args:
            interrupted: The search stopped early and will go on another time.
            keeps_status: The parent run shows what it showed: others know the state of the job.

        Returns:
            `run_id` and `run_url`, both `None` when MLflow never answered, `unsent`: what MLflow
            lacks beside trials, and `synced`: whether it is known to have everything.
        """
        if self._mirror is None:
            return {"run_id": None, "run_url": None}
        status = UNCHANGED if keeps_status else "KILLED" if interrupted else "FINISHED"
        kept = self._kept
        report = self._mirror.close(
            _CLOSE_SECONDS,
            status=status,
            files=not interrupted,
            grace=_GRACE_SECONDS,
            say=False,
            deliver=kept[1] if kept is not None and kept[0].kind == RECIPE else None,
        )
        unsent = self._unsent(report)
        self._mirror.say_what_is_left(unsent)
        where: dict[str, Any] = {"run_id": report.run_id, "run_url": report.url}
        if self._kept is not None:  # else what an earlier search could not send still is unsent
            where["unsent"] = unsent
        _remember(open_study(self._settings.study, self._settings.url), where)
        # Not to be remembered: runs may be deleted in MLflow later.
        return {**where, "synced": report.synced and not unsent}

    def _unsent(self, report: MirrorReport) -> list[str]:
        """What MLflow lacks beside trials; a plain Keras model is sent from here."""
        if self._kept is None:
            return []
        delivery, directory, load = self._kept
        refused: str | None = "it did not answer."
        if delivery.kind == RECIPE:
            refused = None if report.delivered else report.refused or refused
        elif _answers(report):
            refused = self._send(str(report.run_id), delivery, directory, load)
        if refused is None:
            return []
        if _answers(report):
            self._note(f"MLflow did not take the model: {refused}")
            return delivery.parts
        return [*([] if report.synced else ["the metrics of the result"]), *delivery.parts]

    @property
    def _experiment(self) -> str:
        return self._provenance.experiment or self._settings.study

    def _send(
        self,
        run_id: str,
        delivery: Delivery,
        directory: Path,
        load: Callable[[], Any] | None,
    ) -> str | None:
        """Sends a model from this process; returns why MLflow refused it."""
        from tuning.tracking import Tracker, TrackingError

        try:
            tracker = Tracker(str(self._tracking_uri), experiment=self._experiment)
            model = None if load is None else load()
            delivery.send(tracker.run(run_id), directory, model=model)
        except TrackingError as error:
            return str(error)
        return None


def _answers(report: MirrorReport) -> bool:
    """Whether the study has its run and MLflow takes what is sent there."""
    return report.run_id is not None and report.error is None


def sync_study(study: Any, storage: str, tracking_uri: str) -> dict[str, Any]:
    """Writes what MLflow lacks of a study: runs, files, and the refitted winner.

    Args:
        study: The `optuna.Study`.
        storage: URL of its store.
        tracking_uri: MLflow store or server.

    Returns:
        What `tuning.tracking.SyncReport` holds, `sent`: what was written of the winner, and
        `unsent`: what lies on another machine.

    Raises:
        TrackingError: If MLflow does not answer; call again.
    """
    from tuning.tracking import Tracker, sync
    from tuning.tracking.study_runs import provenance_of

    report = sync(storage, study.study_name, tracking_uri)
    path = study.user_attrs.get(RESULT, {}).get("model_path")
    delivery = kept_delivery(Path(path).parent) if path else None
    sent: list[str] = []
    unsent = list(study.user_attrs.get(REVIEW, {}).get("unsent", ()))
    if delivery is not None and report.run_id is not None:
        experiment = provenance_of(study).experiment or study.study_name
        run = Tracker(tracking_uri, experiment=experiment).run(report.run_id)
        sent = delivery.parts if delivery.send(run, Path(path).parent) else []
        unsent = []
    where = {"run_id": report.run_id, "run_url": report.url, "unsent": unsent}
    _remember(study, where)
    return {**vars(report), "sent": sent, "unsent": unsent}


def _remember(study: Any, where: Mapping[str, Any]) -> None:
    known = study.user_attrs.get(REVIEW, {})
    found = {name: value for name, value in where.items() if value is not None}
    if {**known, **found} != known:
        annotate_study(study, REVIEW, {**known, **found})
