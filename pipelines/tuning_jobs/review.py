"""MLflow follows a search: started when the study exists, closed when everything is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tuning import open_study
from tuning.records import annotate_study

if TYPE_CHECKING:
    from tuning import SearchSettings
    from tuning.tracking import Mirror, MirrorReport, Provenance, Run

REVIEW = "review"  # study attribute: where the runs were written last
_CLOSE_SECONDS = 60.0


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

    def follow(self) -> None:
        """Starts to mirror the study, which must exist; later calls do nothing."""
        if self._mirror is not None or self._tracking_uri is None:
            return
        from tuning.tracking import Mirror
        from tuning.tracking.provenance import PROVENANCE

        study = open_study(self._settings.study, self._settings.url)
        if PROVENANCE not in study.user_attrs:
            annotate_study(study, PROVENANCE, self._provenance.to_dict())
        # The workers' imports come first: they are what the user waits for.
        self._mirror = Mirror(
            self._settings.url,
            self._settings.study,
            self._tracking_uri,
            delay=5.0,
            warn=self._note,
        ).start()

    def add_to_parent(self, write: Callable[[Run], None]) -> None:
        """Writes more to the parent run, if MLflow answers.

        Args:
            write: Receives the run.
        """
        from tuning.tracking import Tracker, TrackingError

        run_id = None if self._mirror is None else self._mirror.wait(_CLOSE_SECONDS)
        if run_id is None or self._tracking_uri is None:
            return
        try:
            experiment = self._provenance.experiment or self._settings.study
            write(Tracker(self._tracking_uri, experiment=experiment).run(run_id))
        except TrackingError as error:
            self._note(f"MLflow did not take the model: {error}")

    def close(self, *, interrupted: bool = False) -> Mapping[str, Any]:
        """Lets MLflow catch up; where the runs are is kept with the study.

        Args:
            interrupted: The search stopped early and will go on another time.

        Returns:
            `run_id` and `run_url`, both `None` when MLflow never answered.
        """
        if self._mirror is None:
            return {"run_id": None, "run_url": None}
        report: MirrorReport = self._mirror.close(
            _CLOSE_SECONDS, status="KILLED" if interrupted else "FINISHED", files=not interrupted
        )
        where = {"run_id": report.run_id, "run_url": report.url}
        if report.run_id is not None:
            annotate_study(open_study(self._settings.study, self._settings.url), REVIEW, where)
        return where
