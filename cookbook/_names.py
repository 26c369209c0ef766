"""Messages for names that nobody knows."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def unknown_name(kind: str, name: object, known: Iterable[str]) -> str:
    """Says that a name is unknown, what was probably meant, and what is known.

    Args:
        kind: What the name should have named, for example `"loss"`.
        name: What was given.
        known: The names that exist.

    Returns:
        One line for a `ValueError`.

    Example:
        >>> unknown_name("loss", "hubr", ["huber", "mse"])
        "No loss named 'hubr'. Did you mean 'huber'? Known: huber, mse."
    """
    names = sorted(known)
    # A beginning is meant as a short form: `val_acc` is nearer to `val_mcc` by letters alone.
    longer = [known for known in names if len(str(name)) > 2 and known.startswith(str(name))]
    close = longer or difflib.get_close_matches(str(name), names, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return f"No {kind} named {name!r}.{hint} Known: {', '.join(names)}."
