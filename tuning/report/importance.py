"""Which hyperparameters mattered: Optuna's PED-ANOVA on the finished trials."""

from __future__ import annotations

import warnings
from typing import Any

from matplotlib.figure import Figure

from tuning.report.marks import Mark, describe, mark
from tuning.report.style import empty_figure, new_figure, tidy
from tuning.report.theme import BLUE, INK
from tuning.report.values import plain, shorten
from tuning.report.view import StudySnapshot
from tuning.storage.records import TrialRecord

FEWEST = 4  # below, the best part of the trials holds a single one


def parameter_importance(view: StudySnapshot, objective: int = 0) -> dict[str, float]:
    """Measures how much each parameter decides whether a trial is among the best.

    Args:
        view: The study.
        objective: Which metric, from 0.

    Returns:
        Parameter to its share, the largest first; the shares add up to 1. Conditional parameters
        are compared too (conditional PED-ANOVA). Empty below 4 complete trials and when nothing
        varies.
    """
    import optuna

    records = view.complete(objective)
    if view.space is None or len(records) < FEWEST:
        return {}
    study = _study_of(view, records, objective)
    evaluator = optuna.importance.PedAnovaImportanceEvaluator()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about few trials; the figure names their number
        try:
            shares = optuna.importance.get_param_importances(study, evaluator=evaluator)
        except (ValueError, RuntimeError):
            return {}
    return {name: float(share) for name, share in shares.items()}


def _study_of(view: StudySnapshot, records: list[TrialRecord], objective: int) -> Any:
    import optuna

    from tuning.strategies.distributions import distributions_of

    if view.space is None:
        raise ValueError("The importance of parameters needs the space of the study.")
    distributions = distributions_of(view.space)
    directions = optuna.study.StudyDirection
    direction = directions.MAXIMIZE if view.metrics[objective][1] else directions.MINIMIZE
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        study = optuna.create_study(direction=direction)
    finally:
        optuna.logging.set_verbosity(verbosity)
    for record in records:
        params = {k: v for k, v in view.space.encode(record.params).items() if k in distributions}
        trial = optuna.trial.create_trial(
            params=params,
            distributions={name: distributions[name] for name in params},
            value=record.values[objective],
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
