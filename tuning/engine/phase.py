"""One phase of a search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tuning.space.space import Space

UNLIMITED = 10**9  # trials of a search that time alone ends


@dataclass(frozen=True, kw_only=True)
class Phase:
    """One phase of a search: a strategy, its space and where it ends.

    Attributes:
        strategy: Name of the strategy.
        options: Its options.
        space: The space it draws from, part of the study's.
        limit: Trials of the study when the phase is over, `UNLIMITED` when time alone ends it.
        exhausts: Whether the limit is the end of the space and not of the budget.
        stage: Name of the stage, or None.
        prunes: Whether trials may be given up.
        may_end_early: Whether `patience` and `stop_at` of the search end the phase.
    """

    strategy: str
    space: Space
    limit: int
    options: Mapping[str, Any] = field(default_factory=dict)
    exhausts: bool = False
    stage: str | None = None
    prunes: bool = True
    may_end_early: bool = True

    @property
    def total(self) -> int | None:
        """The limit, or None without one."""
        return None if self.limit == UNLIMITED else self.limit
