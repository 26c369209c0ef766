"""What is said of texts whose words the model has not learned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_SHOWN = 5


def unknown_words_note(config: dict[str, Any], texts: Any, column: str | None = None) -> str:
    """A line about words that the training texts did not have; empty without any.

    Args:
        config: The model's preprocessing, as it was saved.
        texts: What is predicted for.
        column: Of a frame, as for `as_texts`.
    """
    if config.get("name") != "ngrams":
        return ""
    from pipelines.preprocessing import preprocessing_from_config
    from pipelines.preprocessing.ngrams import NgramPreprocessor
    from pipelines.serving.text_inputs import as_texts

    preprocessing = preprocessing_from_config(config)
    if not isinstance(preprocessing, NgramPreprocessor):
        return ""
    words = preprocessing.unknown_words(as_texts(texts, column))
    by_characters = any(part.tokenizer.kind == "character" for part in preprocessing.parts)
    return _sentence(words, by_characters=by_characters)


def _sentence(words: Sequence[str], *, by_characters: bool) -> str:
    """The line.

    Example:
        >>> _sentence(["zebra"], by_characters=True)
        'Not in the training texts (often enough): zebra. Read by its characters.'
    """
    if not words:
        return ""
    more = "" if len(words) <= _SHOWN else f" and {len(words) - _SHOWN} more"
    its = "its" if len(words) == 1 else "their"
    how = f"Read by {its} characters." if by_characters else "The model does not see them."
    shown = ", ".join(words[:_SHOWN])
    return f"Not in the training texts (often enough): {shown}{more}. {how}"
