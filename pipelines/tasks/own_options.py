"""Hyperparameters that belong to a task alone, checked before data or Keras are loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cookbook._names import unknown_name
from cookbook._ranges import AT_LEAST_ONE, BELOW_ONE, NOT_NEGATIVE, POSITIVE, Range, check_range
from pipelines.hyperparameters.kinds import check_kind
from pipelines.preprocessing.columns import SCALINGS
from pipelines.preprocessing.outliers import ACTIONS, METHODS
from pipelines.preprocessing.power import POWERS
from pipelines.preprocessing.targets import TARGET_OUTLIERS, TARGET_TRANSFORMS
from pipelines.preprocessing.text import KEEP
from pipelines.preprocessing.tokenizer import KINDS
from pipelines.tasks.weights_by_class import check_form

OFF = ("", "none")
"""Texts that switch off what may be left out, as in spaces, which hold no gaps."""


@dataclass(frozen=True, kw_only=True)
class OwnOption:
    """What values one hyperparameter takes.

    Attributes:
        kind: `int`, `float`, `bool` or `str`.
        range: Of numbers.
        words: The texts that it may be; empty for any text.
        optional: Whether None switches it off, and of texts those of `OFF`.
    """

    kind: type
    range: Range | None = None
    words: tuple[str, ...] = ()
    optional: bool = False

    def check(self, name: str, value: Any) -> None:
        """Refuses a value of another kind or out of range.

        Raises:
            ValueError: With the rule and the value.
        """
        if self.optional and (value is None or (self.kind is str and value in OFF)):
            return
        check_kind(name, value, self.kind)
        if self.range is not None:
            check_range(name, value, self.range)
        if self.words and value not in self.words:
            raise ValueError(unknown_name(name, value, self.words))


_COUNT = OwnOption(kind=int, range=AT_LEAST_ONE)
_COUNT_OR_ALL = OwnOption(kind=int, range=NOT_NEGATIVE, optional=True)
_SWITCH = OwnOption(kind=bool)
OWN_OPTIONS: Mapping[str, OwnOption] = {
    "anomaly_weight": OwnOption(kind=float, range=POSITIVE),
    "beam_width": _COUNT,
    "beta_1": OwnOption(kind=float, range=BELOW_ONE),
    "character_ngrams": OwnOption(kind=int, range=NOT_NEGATIVE),
    "drop_unknown": _SWITCH,
    "dynamic_rate": OwnOption(kind=float, range=NOT_NEGATIVE),
    "image_size": OwnOption(kind=int, range=NOT_NEGATIVE),
    "keep": OwnOption(kind=str, words=KEEP),
    "lowercase": _SWITCH,
    "max_length": _COUNT_OR_ALL,
    "max_vocabulary": _COUNT_OR_ALL,
    "min_frequency": _COUNT,
    "outlier_action": OwnOption(kind=str, words=ACTIONS),
    "outliers": OwnOption(kind=str, words=METHODS),
    "power": OwnOption(kind=str, words=POWERS),
    "sample_weight": OwnOption(kind=str, optional=True),
    "sampling_half_life": OwnOption(kind=float, range=NOT_NEGATIVE),
    "scaling": OwnOption(kind=str, words=SCALINGS),
    "stateful": _SWITCH,
    "stop_words": OwnOption(kind=str, words=("english",), optional=True),
    "strip_tags": _SWITCH,
    "target_outliers": OwnOption(kind=str, words=TARGET_OUTLIERS, optional=True),
    "target_transform": OwnOption(kind=str, words=TARGET_TRANSFORMS, optional=True),
    "test_flips": _SWITCH,
    "token_kind": OwnOption(kind=str, words=KINDS),
    "unroll": _SWITCH,
    "window": _COUNT,
    "word_ngrams": OwnOption(kind=int, range=NOT_NEGATIVE),
}
"""By name, but for `class_weight`; a name means the same in every task that takes it."""


def check_own_options(params: Mapping[str, Any]) -> None:
    """Refuses values that no task takes; which classes there are only the data know.

    Args:
        params: Hyperparameters by name; those of trainings and builders are left alone.

    Raises:
        ValueError: If a value is of a wrong kind or out of range.

    Example:
        >>> check_own_options({"window": 7.5})
        Traceback (most recent call last):
        ...
        ValueError: `window` is a whole number. Got window=7.5.
    """
    check_form(params.get("class_weight"))
    for name in params.keys() & OWN_OPTIONS.keys():
        OWN_OPTIONS[name].check(name, params[name])
