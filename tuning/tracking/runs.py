"""Runs of MLflow as small objects, for single training runs as for whole studies."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from tuning.tracking.content import (
    Point,
    RunContent,
    as_params,
    as_tags,
    history_points,
    safe_key,
)
from tuning.tracking.internals import EXPERIMENT_KIND, MODEL_TRAINING, PARENT_RUN
from tuning.tracking.locations import default_artifact_root, run_url
from tuning.tracking.quiet import TrackingError, connect, tracking_errors

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Limits of one log_batch request: 1000 entries in all, 100 of them parameters, 100 of them tags.
_PARAMS, _TAGS, _METRICS = 100, 100, 800
_PAGE = 1000


class Tracker:
    """One experiment of one MLflow store.

    Args:
        tracking_uri: The store, see `tuning.tracking.default_tracking_uri`.
        experiment: Name of the experiment; made when it does not exist, restored when it was
            deleted.
        artifact_root: Folder or address of the files of a new experiment; by default beside an
            embedded database, on a server as the server says.

    Raises:
        TrackingError: If the store cannot be opened.
    """

    def __init__(
        self, tracking_uri: str, *, experiment: str, artifact_root: str | Path | None = None
    ) -> None:
        self.tracking_uri = tracking_uri
        self.experiment = experiment
        self.client = connect(tracking_uri)
        root = artifact_root or default_artifact_root(tracking_uri)
        with tracking_errors(tracking_uri):
            self.experiment_id = _experiment(self.client, experiment, root)

    def start(
        self,
        name: str,
        *,
        params: Mapping[str, Any] | None = None,
        tags: Mapping[str, Any] | None = None,
        parent: str | None = None,
        start: int | None = None,
    ) -> Run:
        """Creates a run.

        Args:
            name: Shown name.
            params: Parameters.
            tags: Tags.
            parent: Run id of the parent run, or None.
            start: Milliseconds since 1970, or None for now.

        Returns:
            The running run. As a context manager it ends by itself.

        Raises:
            TrackingError: If MLflow does not accept it.
        """
        texts = as_tags(tags or {})
        if parent is not None:
            texts[PARENT_RUN] = parent
        with tracking_errors(self.tracking_uri):
            created = self.client.create_run(
                self.experiment_id,
                start_time=int(time.time() * 1000) if start is None else start,
                tags=texts,
                run_name=name,
            )
            run = Run(self, created.info.run_id)
            if params:
                run.log(params=params)
        return run

    def run(self, run_id: str) -> Run:
        """Names an existing run by its id; nothing is read."""
        return Run(self, run_id)

    def search(self, tag: str, value: str) -> list[Any]:
        """Finds the runs of the experiment that carry a tag and are not deleted.

        Args:
            tag: Name of the tag.
            value: Its value.

        Returns:
            MLflow's `Run` entities, the oldest first.

        Raises:
            TrackingError: If MLflow does not answer.
        """
        with tracking_errors(self.tracking_uri):
            return list(self._pages(f"tags.`{tag}` = '{value}'"))

    def _pages(self, condition: str) -> Iterator[Any]:
        token = None
        while True:
            page = self.client.search_runs(
                [self.experiment_id],
                condition,
                max_results=_PAGE,
                order_by=["attributes.start_time ASC"],
                page_token=token,
            )
            yield from page
            token = page.token
            if not token:
                return


class Run:
    """One run; every method is one or few requests and raises `TrackingError` when they fail.

    Args:
        tracker: The experiment.
        run_id: Id of an existing run.
    """

    def __init__(self, tracker: Tracker, run_id: str) -> None:
        self.tracker = tracker
        self.run_id = run_id

    @property
    def url(self) -> str:
        """The run's page in the MLflow UI."""
        return run_url(self.tracker.tracking_uri, self.tracker.experiment_id, self.run_id)

    def log(
        self,
        *,
        params: Mapping[str, Any] | None = None,
        metrics: Mapping[str, float] | None = None,
        history: Mapping[str, Sequence[float]] | None = None,
        tags: Mapping[str, Any] | None = None,
        step: int = 0,
        start: int | None = None,
    ) -> None:
        """Writes parameters, metrics, epochs and tags in one batch.

        Args:
            params: Parameters; MLflow refuses to change one.
            metrics: Final values.
            history: Metric to its values per epoch, with `"step"` to the epochs (from 0 without).
            tags: Tags.
            step: Step of `metrics`.
            start: Begin of the history, milliseconds since 1970; it ends now.
        """
        now = int(time.time() * 1000)
        points = [Point(safe_key(k), float(v), now, step) for k, v in (metrics or {}).items()]
        points += history_points(history or {}, now if start is None else start, now)
        self.write(params=as_params(params or {}), tags=as_tags(tags or {}), points=points)

    def write(
        self,
        *,
        params: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
        points: Sequence[Point] = (),
    ) -> None:
        """Writes ready content in as few requests as MLflow's limits allow."""
        from mlflow.entities import Metric, Param, RunTag

        param_list = [Param(key, value) for key, value in (params or {}).items()]
        tag_list = [RunTag(key, value) for key, value in (tags or {}).items()]
        metric_list = [Metric(p.key, p.value, p.timestamp, p.step) for p in points]
        with self._errors():
            while param_list or tag_list or metric_list:
                self.tracker.client.log_batch(
                    self.run_id,
                    params=param_list[:_PARAMS],
                    tags=tag_list[:_TAGS],
                    metrics=metric_list[:_METRICS],
                )
                del param_list[:_PARAMS], tag_list[:_TAGS], metric_list[:_METRICS]

    def tags(self) -> dict[str, str]:
        """Reads the run's tags."""
        with self._errors():
            return dict(self.tracker.client.get_run(self.run_id).data.tags)

    def fill(self, content: RunContent) -> None:
        """Writes a whole run and ends it; doing so again changes nothing."""
        self.write(params=content.params, tags=content.tags, points=content.metrics)
        self.finish(content.status, end=content.end)

    def file(self, path: str | Path, folder: str | None = None) -> None:
        """Stores a file, or all of a folder, under `folder` of the run's artifacts."""
        source = Path(path)
        with self._errors():
            if source.is_dir():
                self.tracker.client.log_artifacts(self.run_id, str(source), folder)
            else:
                self.tracker.client.log_artifact(self.run_id, str(source), folder)

    def figure(self, figure: Figure, name: str) -> None:
        """Stores a figure, for example as `figures/history.png`."""
        with self._errors():
            self.tracker.client.log_figure(self.run_id, figure, name)

    def text(self, text: str, name: str) -> None:
        """Stores a text file, for example `notes.md`."""
        with self._errors():
            self.tracker.client.log_text(self.run_id, text, name)

    def dataset(self, name: str, fingerprint: str, *, context: str = "training") -> None:
        """Names the data of the run, as the column Dataset of the UI shows them.

        Args:
            name: Name of the data.
            fingerprint: Hash of the data; MLflow keeps its first 36 characters.
            context: What the data were used for.
        """
        from mlflow.entities import Dataset, DatasetInput, InputTag

        data = Dataset(name[:500], fingerprint[:36], "local", "{}")
        tag = InputTag("mlflow.data.context", context)
        with self._errors():
            self.tracker.client.log_inputs(self.run_id, datasets=[DatasetInput(data, [tag])])

    def finish(self, status: str = "FINISHED", *, end: int | None = None) -> None:
        """Ends the run.

        Args:
            status: `FINISHED`, `FAILED` or `KILLED`.
            end: Milliseconds since 1970, or None for now.
        """
        with self._errors():
            self.tracker.client.set_terminated(self.run_id, status, end)

    def show(self, status: str) -> None:
        """Shows a run as `SCHEDULED`, or as `RUNNING`, also after its end."""
        with self._errors():
            self.tracker.client.update_run(self.run_id, status=status)

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.finish()
            return
        with contextlib.suppress(TrackingError):  # the error of the block matters more
            self.finish("FAILED" if issubclass(kind, Exception) else "KILLED")

    def _errors(self) -> Any:
        return tracking_errors(self.tracker.tracking_uri)


def _experiment(client: Any, name: str, artifact_root: str | Path | None) -> str:
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found is None:
        location = None if artifact_root is None else str(artifact_root)
        try:
            return client.create_experiment(
                name, artifact_location=location, tags={EXPERIMENT_KIND: MODEL_TRAINING}
            )
        except MlflowException:
            found = client.get_experiment_by_name(name)  # another process was faster
            if found is None:
                raise
    if found.lifecycle_stage == "deleted":
        client.restore_experiment(found.experiment_id)
    return found.experiment_id
