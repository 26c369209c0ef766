"""Texts in the forms that people and servers send them."""

from __future__ import annotations

from typing import Any

TEXT_INPUTS = frozenset({"text", "language", "ngrams", "pairs"})
COLUMN = "text"


def as_texts(raw: Any, column: str | None = None) -> list[str]:
    """Gives texts as a list.

    Args:
        raw: One text, a sequence or array of texts, or a frame with a column of them.
        column: The column of a frame, where it has it; else `text`, or the only one.

    Returns:
        The texts, in order.

    Raises:
        ValueError: If a frame has several columns, and none has such a name.
        TypeError: If an entry is no text.

    Example:
        >>> as_texts("good film")
        ['good film']
    """
    if isinstance(raw, str):
        return [raw]
    if hasattr(raw, "columns"):
        names = [str(name) for name in raw.columns]
        known = [column or COLUMN, COLUMN, *(names if len(names) == 1 else ())]
        found = next((name for name in known if name in names), None)
        if found is None:
            raise ValueError(f"Texts stand in a column named {known[0]!r}. Got columns {names}.")
        raw = raw.iloc[:, names.index(found)]
    texts = raw.tolist() if hasattr(raw, "tolist") else list(raw)
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"A text is a str. Row {row} is {text!r:.60}.")
    return texts
