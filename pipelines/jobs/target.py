"""What a search is about, resolved once: a recipe, a `build(hp)` function, or any function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pipelines.jobs.mlflow.review import Review
    from tuning import SearchResult, SearchSettings, Space
    from tuning.engine.ending import StudyEnding
    from tuning.tracking import Provenance


class Target(Protocol):
    """What a search is about.

    Rules:
        1. Whoever makes a target looks names up; from then on it is this object, and nothing is
           looked up by name again, in no other process either.
        2. Making one checks all that can be checked without data; `fingerprint` reads the data.
        3. `objective` can be pickled, or is the name of what only the workers import.
        4. `finish` runs in exactly one process, and tells its `ending` before it opens a test
           split.

    Attributes:
        name: What its studies and experiments are called when nobody names them.
        space: What is searched.
        metrics: What is improved, when the job does not say it.
        budget: Most epochs of a trial, or None.
        default_point: The default hyperparameters as a point of the space, which is tried
            first; None when there are none, or they lie outside of the space.
        seeds: With how many seeds the winner is refitted, at least 1.
        average: How many of the best trials are refitted and averaged, at least 1.
        tested_on: Fingerprint of test rows that are no part of the data, or None.
        last_step: What `finish` is about to do, for the user.
        notices: What the user is told before the search, as of data of their own; read already.
        preload: Modules that the workers' server imports before the first trial.
    """

    @property
    def name(self) -> str:
        """For studies and experiments that nobody names."""

    @property
    def space(self) -> Space:
        """What is searched."""

    @property
    def metrics(self) -> Sequence[tuple[str, str]]:
        """Names with directions."""

    @property
    def budget(self) -> int | None:
        """Epochs, or None."""

    @property
    def default_point(self) -> Mapping[str, Any] | None:
        """Searched names to default values, or None."""

    @property
    def seeds(self) -> int:
        """At least 1."""

    @property
    def average(self) -> int:
        """At least 1."""

    @property
    def tested_on(self) -> str | None:
        """64 hexadecimal digits, or None."""

    @property
    def last_step(self) -> str:
        """One line."""

    @property
    def notices(self) -> Sequence[str]:
        """Lines."""

    @property
    def preload(self) -> Sequence[str]:
        """Names of modules."""

    def check(self, settings: SearchSettings) -> None:
        """Refuses settings that make no sense for this target.

        Raises:
            ValueError: If a metric is none that a trial returns.
        """

    def fingerprint(self, settings: SearchSettings) -> dict[str, Any]:
        """What decides the numbers of a trial, beside space, metrics and settings.

        Raises:
            DataError: If the data are missing, damaged or inconsistent.
        """

    def objective(self, settings: SearchSettings) -> Any:
        """What a worker runs; may write what the workers read."""

    def provenance(self, settings: SearchSettings) -> Provenance:
        """Commit, data and tags of the MLflow runs."""

    def finish(
        self, found: SearchResult, settings: SearchSettings, *, review: Review, ending: StudyEnding
    ) -> dict[str, Any]:
        """What the study records as its result; has at least the number of `trials`."""


def as_fixed(params: Mapping[str, Any]) -> dict[str, Any]:
    """Values as dimensions that a space is overridden with."""
    return {name: {"fixed": value} for name, value in params.items()}


def point_in(space: Space, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """The searched ones of some values as a point of a space, or None if they lie outside.

    Args:
        space: The space.
        values: Values by name; others than those of the space are left out.

    Example:
        >>> from tuning import Int, Space
        >>> space = Space({"units": Int(8, 64)})
        >>> point_in(space, {"units": 32, "epochs": 3}), point_in(space, {"units": 128})
        ({'units': 32}, None)
    """
    point = {name: values[name] for name in space.searched if name in values}
    try:
        active = {name: value for name, value in point.items() if space.is_active(name, point)}
        return active if space.contains(space.complete(active)) else None
    except ValueError:
        return None
