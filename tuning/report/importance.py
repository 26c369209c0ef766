"""Which hyperparameters mattered: Optuna's PED-ANOVA on complete and pruned trials."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from tuning.report.marks import Mark, describe, mark
from tuning.report.style import empty_figure, new_figure, tidy
from tuning.report.theme import BLUE, INK
from tuning.report.values import plain, shorten
from tuning.report.view import StudySnapshot
from tuning.space.space import Space
from tuning.storage.records import PRUNED, TrialRecord

FEWEST = 4  # below, the best part of the trials holds a single one


def parameter_importance(view: StudySnapshot, objective: int = 0) -> dict[str, float]:
    """Measures how much each parameter decides whether a trial is among the best tenth.

    A pruned trial counts as worse than every complete one, and a complete one that breaks a
    constraint as worse than those that keep it: PED-ANOVA asks which trials are among the best,
    not by how much, and without the pruned ones a parameter by which trials are pruned would look
    unimportant.

    Args:
        view: The study.
        objective: Which metric, from 0.

    Returns:
        Parameter to its share, the largest first; the shares add up to 1. Conditional parameters
        are compared too (conditional PED-ANOVA). Empty below 4 complete trials and when nothing
        varies.
    """
    import optuna

    if view.space is None or len(view.complete(objective)) < FEWEST:
        return {}
    study = _study_of(view.space, ranked(view, objective))
    evaluator = optuna.importance.PedAnovaImportanceEvaluator()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about few trials; the figure names their number
        try:
            shares = optuna.importance.get_param_importances(study, evaluator=evaluator)
        except (ValueError, RuntimeError):
            return {}
    return {name: float(share) for name, share in shares.items()}


def ranked(view: StudySnapshot, objective: int = 0) -> list[list[TrialRecord]]:
    """Complete and pruned trials, the best first.

    Args:
        view: The study.
        objective: Which metric, from 0.

    Returns:
        Groups of equal trials: complete ones by their value, then those that break a constraint,
        then pruned ones, the longest-lived first.
    """
    sign = -1.0 if view.metrics[objective][1] else 1.0

    def place(record: TrialRecord) -> tuple[bool, bool, float]:
        if record.state == PRUNED:
            return True, True, -float(record.steps)
        return False, not record.feasible, sign * record.values[objective]

    found = sorted([*view.complete(objective), *view.of_state(PRUNED)], key=place)
    return [list(group) for _, group in itertools.groupby(found, place)]


def _study_of(space: Space, groups: Sequence[Sequence[TrialRecord]]) -> Any:
    """A study whose values are the ranks of the trials."""
    import optuna

    from tuning.strategies.distributions import distributions_of

    distributions = distributions_of(space)
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        study = optuna.create_study(direction="minimize")
    finally:
        optuna.logging.set_verbosity(verbosity)
    for rank, record in ((rank, record) for rank, group in enumerate(groups) for record in group):
        params = {k: v for k, v in space.encode(record.params).items() if k in distributions}
        trial = optuna.trial.create_trial(
            params=params,
            distributions={name: distributions[name] for name in params},
            value=float(rank),
        )
        study.add_trial(trial)
    return study


def importance_figure(view: StudySnapshot) -> Figure:
    """Draws the shares as bars, one group of bars per metric."""
    shares = [parameter_importance(view, index) for index in range(len(view.metrics))]
    if not any(shares):
        return empty_figure(f"The importance of parameters needs {FEWEST} complete trials.")
    longest = max(map(len, shares))
    figure = new_figure(8.0 if len(shares) < 3 else 11.0, max(2.2, 0.42 * longest + 1.1))
    columns = figure.subplots(1, len(shares), squeeze=False)[0]
    for axes, share, (name, _) in zip(columns, shares, view.metrics, strict=True):
        names = list(share)[::-1]
        values = [share[one] for one in names]
        bars = axes.barh(
            [plain(shorten(one, 26)) for one in names], values, color=BLUE, height=0.65
        )
        for row, value in enumerate(values):
            mark(bars[row], [Mark(f"{names[row]}: {value:.1%}")])
            axes.text(value + 0.01, row, f"{value:.0%}", va="center", color=INK, fontsize=9)
        axes.set_xlim(0, max([*values, 0.01]) * 1.15)
        tidy(axes, x="share of the importance", title=name if len(shares) > 1 else "")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        axes.grid(visible=False, axis="y")
    describe(figure, " ".join(map(_in_words, shares, (name for name, _ in view.metrics))))
    return figure


def _in_words(share: dict[str, float], metric: str) -> str:
    parts = [f"{name} {value:.0%}" for name, value in share.items()]
    return f"Shares of the importance for {metric}: {', '.join(parts) or 'not known'}."


def by_importance(view: StudySnapshot) -> list[str]:
    """Searched parameters, the most important first, those without a measure last."""
    shares = parameter_importance(view)
    return sorted(view.parameters, key=lambda name: -shares.get(name, -1.0))
