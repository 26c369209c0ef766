"""Runs a planned search to its end: search, refit, one look at the test split, one record."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pipelines.tuning_jobs.result import TuneResult
from pipelines.tuning_jobs.review import REVIEW, Review
from tuning import Progress, SearchResult, open_study, search
from tuning.records import RESULT, record_result
from tuning.tracking import Provenance, default_tracking_uri, git_commit

if TYPE_CHECKING:
    from pipelines.tuning_jobs.plan import RecipePlan

OnProgress = Callable[[Progress], None]
OnNote = Callable[[str], None]


def run_plan(
    plan: RecipePlan,
    *,
    tracking_uri: str | None = None,
    on_progress: OnProgress | None = None,
    on_note: OnNote | None = None,
) -> TuneResult:
    """Searches, refits and tests; of a finished job the result is only read.

    Args:
        plan: What to do.
        tracking_uri: MLflow store; the embedded one by default.
        on_progress: Receives snapshots of the search.
        on_note: Receives lines for the user.

    Returns:
        The study's result, also after an interruption.
    """
    note = on_note or (lambda text: None)
    review = Review(
        plan.settings,
        tracking_uri or default_tracking_uri(plan.settings.root),
        provenance=_provenance(plan),
        note=note,
    )
    began = time.monotonic()
    started = False

    def watch(progress: Progress) -> None:
        nonlocal started
        if not started and progress.total is not None and progress.finished < progress.total:
            started = True
            review.follow()
        if on_progress is not None:
            on_progress(progress)

    found = search(plan.objective, plan.space, plan.settings, on_progress=watch)
    study = open_study(found.study, plan.settings.url)
    final: Mapping[str, Any] = study.user_attrs.get(RESULT, {})
    interrupted = found.stopped_because == "interrupted"
    if not interrupted and found.best is not None:
        if final.get("trials") == found.n_trials:
            note(f"The study {found.study} is finished; this is its result.")
            return TuneResult(search=found, final=final, **study.user_attrs.get(REVIEW, {}))
        review.follow()
        note("Refitting the best trial and the defaults on training and validation rows ...")
        final = _finish(plan, found, review, earlier=final)
        final = {**final, "seconds": round(time.monotonic() - began, 2)}
        record_result(study, final)
    where = review.close(interrupted=interrupted)
    return TuneResult(search=found, final=final, **where)


def _finish(
    plan: RecipePlan, found: SearchResult, review: Review, *, earlier: Mapping[str, Any]
) -> dict[str, Any]:
    """Refits winner and defaults, opens the test split, saves and logs the winner."""
    from pipelines.figures import history_figure
    from pipelines.training.saving import log_model, save_model
    from pipelines.tuning_jobs.final import compare_on_test, default_candidate, refit, winner

    dataset = plan.data.load()
    fitted = refit(plan.recipe, winner(plan, found), dataset, seed=plan.settings.seed)
    default = refit(plan.recipe, default_candidate(plan, found), dataset, seed=plan.settings.seed)
    test = dataset.test.open("the end of a search")
    scores = compare_on_test(fitted, default, test, plan.recipe)
    path = save_model(fitted.experiment, fitted.model, plan.settings.directory)
    figures = fitted.experiment.task.figures(fitted.model, test)

    def write(run: Any) -> None:
        run.dataset(dataset.name, dataset.fingerprint)
        run.figure(history_figure(fitted.history), "figures/refit_history.png")
        for name, figure in figures.items():
            run.figure(figure, f"figures/{name}.png")
        log_model(run, fitted.experiment, path)

    review.add_to_parent(write)
    return {
        **scores.to_dict(),
        "trials": found.n_trials,
        "best_trial": found.best_trial,
        "epochs": winner(plan, found).epochs,
        "model_path": str(path),
        # A study that was continued is tested again: the reader must know how often.
        "test_reads": int(earlier.get("test_reads", 0)) + 1,
    }


def _provenance(plan: RecipePlan) -> Provenance:
    return Provenance(
        git_commit=git_commit(),
        dataset=plan.data.name,
        experiment=plan.recipe.name,
        tags={"recipe": plan.recipe.name, "strategy": plan.settings.strategy},
    )
