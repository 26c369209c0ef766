"""Any Python function as the target of a search: there is nothing to refit or to test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pipelines.code_version import source_file
from pipelines.jobs.function.statements import statements_digest
from pipelines.jobs.target import as_fixed
from tuning import SearchSettings, Space, cross_validated
from tuning.tracking import Provenance, git_commit

if TYPE_CHECKING:
    from pipelines.jobs.mlflow.review import Review
    from pipelines.jobs.schema import Job
    from tuning import SearchResult
    from tuning.engine.ending import StudyEnding


@dataclass(frozen=True, kw_only=True)
class FunctionTarget:
    """A function `(params, context) -> metrics`, which only the workers import.

    Attributes:
        reference: `"module:attribute"`.
        space: What is searched.
        epochs: Most steps that a trial reports, or None.
        folds: Folds of the cross-validation in each trial, or None.
    """

    reference: str
    space: Space
    epochs: int | None = None
    folds: int | None = None
    metrics: ClassVar[tuple[tuple[str, str], ...]] = ()
    default_point: ClassVar[None] = None
    seeds: ClassVar[int] = 1
    average: ClassVar[int] = 1
    tested_on: ClassVar[None] = None
    notices: ClassVar[tuple[str, ...]] = ()
    last_step: ClassVar[str] = "Writing the result ..."

    @classmethod
    def of(cls, job: Job) -> FunctionTarget:
        """Resolves the function of a job.

        Raises:
            ValueError: If a fixed parameter is not in the space.
        """
        return cls(
            reference=str(job.function),
            space=Space(job.space).override(as_fixed(job.params)),
            epochs=job.epochs,
            folds=job.folds,
        )

    @property
    def name(self) -> str:
        """The reference, without what a folder's name may not have."""
        return self.reference.replace(":", ".")

    @property
    def preload(self) -> tuple[str, ...]:
        """The function's module."""
        return (self.reference.partition(":")[0],)

    @property
    def budget(self) -> int | None:
        """As the job says."""
        return self.epochs

    def check(self, settings: SearchSettings) -> None:
        """What a function returns is known when it has run."""

    def fingerprint(self, settings: SearchSettings) -> dict[str, Any]:
        """The function and the statements of its module; what it reads is its own affair."""
        file = source_file(self.reference)
        return {
            "objective": f"function {self.reference}",
            "code": None if file is None else statements_digest(file),
            "epochs": self.epochs,
            "folds": self.folds,
        }

    def objective(self, settings: SearchSettings) -> Any:
        """The reference, or its cross-validation."""
        if self.folds is None:
            return self.reference
        return cross_validated(self.reference, self.folds, budget=self.epochs)

    def provenance(self, settings: SearchSettings) -> Provenance:
        """The function as the experiment of the runs."""
        return Provenance(git_commit=git_commit(), experiment=self.name)

    def finish(
        self, found: SearchResult, settings: SearchSettings, *, review: Review, ending: StudyEnding
    ) -> dict[str, Any]:
        """The best trial."""
        return {"trials": found.n_trials, "best_trial": found.best_trial, **found.choice}
