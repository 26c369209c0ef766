"""Titles of the source documents, so that nobody has to know them by their numbers."""

from __future__ import annotations

from collections.abc import Mapping

from cookbook._names import unknown_name

TITLES: Mapping[str, str] = {
    "000": "Assignments on recurrent networks, tuning and optimizers",
    "001": "Neural network assignments",
    "002": "Notes on norms, optimizers and recurrent networks",
    "003": "R&D report on LeNet, ResNet and recurrent networks",
    "004": "Notes on gradients, initialisation and tuning",
}


def cite(document: str, place: str = "", *, reports: str = "") -> str:
    """A reference to a source document as a reader meets it.

    Args:
        document: Number of the document, a key of `TITLES`.
        place: Section, table or question, as the document numbers them; empty for the whole.
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
    found = f"{TITLES[document]} (source {document})"
    found = f"{found}, {place}" if place else found
    return f"{found}: {reports}" if reports else found
