"""Search tasks that are formulas: an evaluation costs nothing, and the optimum is known."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tuning import Choice, Float, Int, Space

Point = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Task:
    """A function to minimise.

    Attributes:
        space: Where.
        value: The true value of a point.
        optimum: Its least value.
