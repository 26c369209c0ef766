"""Searches for likely or random token sequences, over any step function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cookbook._lazy import lazy_names

if TYPE_CHECKING:
    from cookbook.decoding.beam import Beams as Beams
    from cookbook.decoding.beam import beam_search as beam_search
    from cookbook.decoding.filters import filter_logits as filter_logits
    from cookbook.decoding.filters import log_softmax as log_softmax
    from cookbook.decoding.sampling import Decoded as Decoded
    from cookbook.decoding.sampling import StepFunction as StepFunction
    from cookbook.decoding.sampling import greedy as greedy
    from cookbook.decoding.sampling import sample as sample

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "beam": ["Beams", "beam_search"],
        "filters": ["filter_logits", "log_softmax"],
        "sampling": ["Decoded", "StepFunction", "greedy", "sample"],
    },
)
__all__ = __dir__()
