"""Searches for likely or random token sequences, over any step function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cookbook._lazy import lazy_attributes

if TYPE_CHECKING:
    from cookbook.decoding.beam import Beams, beam_search
    from cookbook.decoding.filters import filter_logits, log_softmax
    from cookbook.decoding.sampling import Decoded, StepFunction, greedy, sample

__all__ = [
    "Beams",
    "Decoded",
    "StepFunction",
    "beam_search",
    "filter_logits",
    "greedy",
    "log_softmax",
    "sample",
]

__getattr__, __dir__ = lazy_attributes(
    __name__,
    {
        "Beams": "cookbook.decoding.beam:Beams",
        "Decoded": "cookbook.decoding.sampling:Decoded",
        "StepFunction": "cookbook.decoding.sampling:StepFunction",
        "beam_search": "cookbook.decoding.beam:beam_search",
        "filter_logits": "cookbook.decoding.filters:filter_logits",
        "greedy": "cookbook.decoding.sampling:greedy",
        "log_softmax": "cookbook.decoding.filters:log_softmax",
        "sample": "cookbook.decoding.sampling:sample",
    },
)
