"""The end of a search over a recipe: refit, one look at the test split, what is kept."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.jobs import candidates
from pipelines.jobs.checkpoints import REFITS, forget_refits, refits_folder
from pipelines.jobs.mlflow.delivery import FOLDER, kept_delivery
from pipelines.jobs.recipe.commands import winner_command
from pipelines.jobs.recipe.final_comparison import NOTES, SCORES, RecipeComparison
from pipelines.jobs.recipe.refit import (
    AVERAGED,
    HISTORY,
    PASSED_OVER,
    REPORTS,
    SCORES_APART,
    RecipeRefit,
)
from pipelines.jobs.winner_evaluation import keep_evaluation
from pipelines.serving.files import CONFIG_FILE, MODEL_FILE
from tuning.workers.calls import Call, calling_pool, run_calls
from tuning.workers.context import RESUMED
from tuning.workers.local import LOG_NAME

if TYPE_CHECKING:
    from pipelines.jobs.mlflow.review import Review
    from pipelines.jobs.recipe.target import RecipeTarget
    from tuning import SearchResult, SearchSettings
    from tuning.engine.ending import StudyEnding
    from tuning.workers.pool import Outcome


def finish_recipe(
    target: RecipeTarget,
    found: SearchResult,
    settings: SearchSettings,
    *,
    review: Review,
    ending: StudyEnding,
) -> dict[str, Any]:
    """Refits winner and defaults side by side, opens the test split, keeps the winner.

    Args:
        target: What was searched.
        found: Its trials.
        settings: How it was searched.
        review: Takes the winner's model.
        ending: Records that the test rows are read.

    Returns:
        The result as the study records it.
    """
    chosen, standard = candidates.winner(target, found), None
    if not candidates.is_same_point(target.space, chosen.params, target.default_point):
        standard = candidates.defaults(target, found, settings)
    folder = settings.directory / REFITS
    shutil.rmtree(folder, ignore_errors=True)  # of an end that was cut off
    others = candidates.runners_up(target, found, settings) if target.average > 1 else []
    beside = {"average": target.average, "others": tuple(others)}
    winners = _refits(target, chosen, settings, folder / "winner", keeps=True, **beside)
    defaults = _refits(target, standard, settings, folder / "defaults", keeps=False)
    comparison = RecipeComparison(
        recipe=target.recipe,
        data=target.data,
        seed=settings.seed,
        metrics=(*settings.metrics, *target.metrics),
        winners=tuple(call.directory for call in winners),
        defaults=tuple(call.directory for call in defaults),
    )
    # The last one: whatever it waits for has a worker by then.
    compared = Call(function=comparison, params=chosen.params, directory=folder)
    refits, log = [*winners, *defaults], settings.directory / LOG_NAME
    with calling_pool(settings, len(refits), log=log, preload=target.preload) as pool:
        reads = 0

        def may_read() -> bool:
            nonlocal reads
            reads = ending.record_reading()  # also one that is never heard of again
            return True

        *refitted, outcome = run_calls(pool, [*refits, compared], may_go_on=may_read)
    first = refitted[0]
    beside_it = refitted[len(winners)] if defaults else first
    path = _keep(first, winners[0].directory, settings=settings, review=review)
    return {
        **with_scores_apart(outcome.notes[SCORES], first, beside_it),
        "trials": found.n_trials,
        "best_trial": found.best_trial,
        "epochs": chosen.epochs,
        **{name: first.notes[name] for name in (RESUMED,) if name in first.notes},
        "seeds": target.seeds,
        **_averaged(target, chosen, first, seed=settings.seed),
        **found.choice,
        "notes": outcome.notes[NOTES],
        "model_path": str(path),
        # A study that was continued is tested again: the reader must know how often.
        "test_reads": reads,
    }


def with_scores_apart(
    scores: Mapping[str, Any], winner: Outcome, standard: Outcome
) -> dict[str, Any]:
    """Adds what the refits were asked for apart to the scores of their predictions.

    Args:
        scores: Those of `RecipeComparison`.
        winner: How the winner's first refit ended.
        standard: The same of the defaults; the winner's where it has these itself.
    """
    return {
        **scores,
        "test_metrics": {**scores["test_metrics"], **winner.notes[SCORES_APART]},
        "default_metrics": {**scores["default_metrics"], **standard.notes[SCORES_APART]},
    }


def _averaged(
    target: RecipeTarget, chosen: candidates.Candidate, refit: Outcome, *, seed: int
) -> dict[str, Any]:
    """Which trials the model is the average of, and which not; how a single one is repeated."""
    told = {name: refit.notes[name] for name in (PASSED_OVER,) if name in refit.notes}
    if AVERAGED in refit.notes:
        averaged = [chosen.trial, *refit.notes[AVERAGED]]
        return {"average": target.average, AVERAGED: averaged, **told}
    command = winner_command(target, chosen, seed=seed)
    return {"average": target.average, "reproduce": command, **told}


def _refits(
    target: RecipeTarget,
    candidate: candidates.Candidate | None,
    settings: SearchSettings,
    folder: Path,
    *,
    keeps: bool,
    **beside: Any,
) -> Sequence[Call]:
    """One refit for each seed; what is shown beside the verdict is of the first one."""
    if candidate is None:
        return ()
    return [
        Call(
            function=RecipeRefit(
                recipe=target.recipe,
                data=target.data,
                registration=dict(target.registration) if keeps and number == 0 else None,
                scores_apart=number == 0,
                checkpoints=refits_folder(settings),
                **beside,
            ),
            params=candidate.params,
            seed=one,
            budget=candidate.epochs,
            directory=folder / str(number),
        )
        for number, one in enumerate(candidates.refit_seeds(settings.seed, target.seeds))
    ]


def _keep(refit: Outcome, folder: Path, *, settings: SearchSettings, review: Review) -> Path:
    """Moves the winner's files to the study, and gives them to report and review."""
    history: Mapping[str, Any] = refit.notes[HISTORY]
    keep_evaluation(settings, refit.notes[REPORTS], history=history)
    directory = settings.directory
    shutil.rmtree(directory / FOLDER, ignore_errors=True)  # of an earlier winner
    for name in (CONFIG_FILE, FOLDER, MODEL_FILE):
        (folder / name).replace(directory / name)
    shutil.rmtree(directory / REFITS, ignore_errors=True)
    forget_refits(settings)
    delivery = kept_delivery(directory)
    if delivery is not None:
        review.keep(delivery, directory)
    return directory / MODEL_FILE
