"""Initialisers by name, and the gain that an activation needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cookbook._lazy import lazy_names

if TYPE_CHECKING:
    from cookbook.initializers.gain import gain_for as gain_for
    from cookbook.initializers.gain import glorot_with_gain as glorot_with_gain
    from cookbook.initializers.gain import initializer_for as initializer_for
    from cookbook.initializers.log_prior import LogPrior as LogPrior
    from cookbook.initializers.registry import INITIALIZERS as INITIALIZERS
    from cookbook.initializers.registry import make_initializer as make_initializer
    from cookbook.initializers.registry import weight_initializer as weight_initializer

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "gain": ["gain_for", "glorot_with_gain", "initializer_for"],
        "log_prior": ["LogPrior"],
        "registry": ["INITIALIZERS", "make_initializer", "weight_initializer"],
    },
)
__all__ = __dir__()
