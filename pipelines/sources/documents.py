"""Titles of the source documents, so that nobody has to know them by their numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cookbook._names import unknown_name

TITLES: Mapping[str, str] = {
    "000": "Assignments on recurrent networks, tuning and optimizers",
    "001": "Neural network assignments",
    "002": "Notes on norms, optimizers and recurrent networks",
    "003": "R&D report on LeNet, ResNet and recurrent networks",
    "004": "Notes on gradients, initialisation and tuning",
}


def cite(document: str, place: str, *, reports: str = "") -> str:
    """A reference to a source document as a reader meets it.

    Args:
        document: Number of the document, a key of `TITLES`.
        place: Section, table or question, as the document numbers them.
        reports: The figure that the document gives there, with its unit.

    Returns:
        Title, number and place, and the figure.

    Raises:
        ValueError: If there is no such document.

    Example:
        >>> cite("001", "Loss functions, Q4", reports="0.865 accuracy")
        'Neural network assignments (source 001), Loss functions, Q4: 0.865 accuracy'
    """
    if document not in TITLES:
        raise ValueError(unknown_name("source document", document, TITLES))
    found = f"{TITLES[document]} (source {document}), {place}"
    return f"{found}: {reports}" if reports else found


def with_titles(text: str) -> str:
    """A text in which documents that are named by number have their titles.

    Args:
        text: For example the `source` of a model; unknown numbers stay as they are.

    Example:
        >>> with_titles("sources 000, 001, Q5; Elman 1990")  # doctest: +NORMALIZE_WHITESPACE
        'Assignments on recurrent networks, tuning and optimizers (source 000),
        Neural network assignments (source 001), Q5; Elman 1990'
    """

    def titled(found: re.Match[str]) -> str:
        numbers = found[1].split(", ")
        if not all(number in TITLES for number in numbers):
            return found[0]
        return ", ".join(f"{TITLES[number]} (source {number})" for number in numbers)

    return re.sub(r"(?<!\()\bsources? (\d{3}(?:, \d{3})*)\b", titled, text)
