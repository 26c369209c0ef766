"""A figure as SVG inside the page: its texts are texts, its colours the page's, its marks named."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

import matplotlib
from matplotlib.figure import Figure

from tuning.credentials import mask_credentials
from tuning.report.marks import Mark, StudyFigure, rendered
from tuning.report.theme import NAME_OF

_COLOR = re.compile(r"#[0-9a-f]{6}\b")
_FONT = re.compile(r"font-family:[^;]*;?\s*")
_SCALE = 1.1  # pixels of a unit of a figure at least: below, its texts are too small to read
_LARGEST = 1.6


def inline_svg(figure: Figure, *, name: str) -> str:
    """Draws a figure as an element of a page.

    Args:
        figure: The figure.
        name: Prefix of its ids, which must not occur twice in a page.

    Returns:
        The `<svg>`, without passwords. Marks have a `<title>`, and `data-trial` where they belong
        to a trial.
    """
    # Written by matplotlib a moment ago, from texts that it has escaped.
    root = ElementTree.fromstring(draw_svg(figure))  # noqa: S314
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.attrib = {
            key.rpartition("}")[2]: _adapted(key, value, name)
            for key, value in element.attrib.items()
        }
    for metadata in root.findall("metadata"):
        root.remove(metadata)
    if isinstance(figure, StudyFigure):
        for group, marks in figure.marks.items():
            _name_marks(root, f"{name}-{group}", marks)
    for element in root.iter():
        if element.text and not element.text.isspace():
            element.text = mask_credentials(element.text)
    width = float(root.attrib["viewBox"].split()[2])
    root.attrib = {
        "viewBox": root.attrib["viewBox"],
        "role": "img",
        "aria-label": mask_credentials(getattr(figure, "alt", "") or name),
        "style": f"min-width:{width * _SCALE:.0f}px;max-width:{width * _LARGEST:.0f}px",
    }
    return ElementTree.tostring(root, encoding="unicode")


def draw_svg(figure: Figure) -> str:
    """Renders a figure as the SVG that `inline_svg` fits into the page, once."""

    def draw() -> bytes:
        buffer = io.BytesIO()
        # Texts as texts: a quarter of the size of their outlines, and found by a search in the
        # page.
        with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "report"}):
            figure.savefig(buffer, format="svg", metadata={"Date": None})
        return buffer.getvalue()

    return rendered(figure, "page", draw).decode()


def _adapted(key: str, value: str, name: str) -> str:
    """An attribute with colours by name, ids that are the figure's own, and the page's font."""
    if key == "id":
        return f"{name}-{value}"
    if key.endswith("href"):
        return value.replace("#", f"#{name}-", 1)
    if key in ("style", "clip-path"):
        value = value.replace("url(#", f"url(#{name}-")
        return _FONT.sub("", _COLOR.sub(_by_name, value))
    return value


def _by_name(found: re.Match[str]) -> str:
    name = NAME_OF.get(found[0])
    return f"var(--{name})" if name else found[0]


def _name_marks(root: ElementTree.Element, group: str, marks: Sequence[Mark]) -> None:
    holder = root.find(f".//g[@id='{group}']")
    if holder is None:
        return
    elements = [holder] if len(marks) == 1 else list(_drawn_once(holder))
    if len(elements) != len(marks):  # rather no name than another one's
        return
    for element, mark in zip(elements, marks, strict=True):
        title = ElementTree.Element("title")
        title.text = mark.text
        element.insert(0, title)
        if mark.trial is not None:
            element.set("data-trial", str(mark.trial))


def _drawn_once(group: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The elements that are seen: references to a shape, or shapes, but no definitions."""
    for child in group:
        if child.tag in ("use", "path"):
            yield child
        elif child.tag == "g":
            yield from _drawn_once(child)
