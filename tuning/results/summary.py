"""From the trials of a study to the result of a search."""

from __future__ import annotations

from tuning.results.confirmation import confirmations
from tuning.results.ledger import Ledger
from tuning.results.result import SearchResult
from tuning.results.stages import stage_rows
from tuning.results.winner import choose_winner
from tuning.settings import SearchSettings
from tuning.space.space import Space


def search_result(
    ledger: Ledger, space: Space, settings: SearchSettings, reason: str
) -> SearchResult:
    """Reads the whole study.

    Args:
        ledger: Its trials.
        space: Its space.
        settings: Metrics, stages, and how the winner is chosen.
        reason: Why the search ended, see `SearchResult`.
    """
    ledger.refresh()
    found, front = ledger.records, ledger.pareto
    confirmed = confirmations(found, space, maximize=settings.maximize)
    return SearchResult(
        study=settings.study,
        storage=settings.url,
        stopped_because=reason,
        records=found,
        metrics=settings.metrics,
        best=choose_winner(
            found, settings.metrics, front, rule=settings.winner, confirmed=confirmed
        ),
        pareto=front,
        confirmed=confirmed,
        winner=settings.winner,
        stages=stage_rows(found, settings.stages, confirmed, maximize=settings.maximize),
    )
