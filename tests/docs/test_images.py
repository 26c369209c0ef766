"""Every picture of the documentation is shown by a page, and every page finds its pictures."""

from __future__ import annotations

import re

from tests.docs.blocks import ROOT

IMAGES = ROOT / "docs/images"
PAGES = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "docs").glob("*.ipynb")]
_SHOWN = re.compile(r"(?:!\[[^\]]+\]\(|<img src=\")((?!https?:)[^)\"\s]+)")


def test_every_picture_is_shown_and_every_shown_picture_is_there() -> None:
    shown = {
        (page.parent / name).resolve()
        for page in PAGES
        for name in _SHOWN.findall(page.read_text(encoding="utf-8"))
    }
    assert shown == {path for path in IMAGES.rglob("*") if path.is_file()}
