"""Texts in the forms that people and servers send them."""

from __future__ import annotations

from typing import Any

TEXT_INPUTS = frozenset({"text", "language", "ngrams", "pairs"})
COLUMN = "text"


def as_texts(raw: Any) -> list[str]:
    """Gives texts as a list.

    Args:
        raw: One text, a sequence or array of texts, or a frame whose column `text` (or only
            column) holds them.

    Returns:
        The texts, in order.

    Raises:
        ValueError: If a frame has several columns, and none is named `text`.
        TypeError: If an entry is no text.

    Example:
        >>> as_texts("good film")
        ['good film']
    """
    if isinstance(raw, str):
        return [raw]
    if hasattr(raw, "columns"):
        names = [str(name) for name in raw.columns]
        if COLUMN not in names and len(names) != 1:
            raise ValueError(f"Texts stand in a column named {COLUMN!r}. Got columns {names}.")
        raw = raw.iloc[:, names.index(COLUMN) if COLUMN in names else 0]
    texts = raw.tolist() if hasattr(raw, "tolist") else list(raw)
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"A text is a str. Row {row} is {text!r:.60}.")
    return texts
