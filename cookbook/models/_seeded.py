"""One seed for all the layers that a builder makes."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from cookbook._checks import check_seed

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def seeded(builder: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Makes a builder's keyword `seed` fix the start weights and the dropout of its model.

    Keras gives every initialiser and dropout layer without a seed one that it draws from
    Python's generator. Layers of layers pass no seeds on, so here that generator is seeded
    while the builder runs, and put back afterwards.

    Args:
        builder: A function with a keyword argument `seed`; 0 is a seed, `None` lets Keras
            draw.

    Returns:
        The same function, with the seed in effect.

    Example:
        >>> @seeded
        ... def build(*, seed=None):
        ...     return random.random()
        >>> build(seed=0) == build(seed=0), build() == build()
        (True, False)
    """

    @functools.wraps(builder)
    def build(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        seed = kwargs.get("seed")
        if seed is None:
            return builder(*args, **kwargs)
        check_seed(seed)  # type: ignore[arg-type]
        before = random.getstate()
        random.seed(seed)  # type: ignore[arg-type]
        try:
            return builder(*args, **kwargs)
        finally:
            random.setstate(before)

    return build
