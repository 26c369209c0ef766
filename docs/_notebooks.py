"""Lets the links of notebooks reach the pages of the site, as those of Markdown files do."""

from __future__ import annotations

import re
from typing import Any

_LINK = re.compile(r'href="(?!\w+:|#)([^"#]+)\.md(#[^"]*)?"')


def on_page_content(html: str, *, page: Any, **_: Any) -> str:
    """Called for each page with its HTML."""
    if not page.file.src_uri.endswith(".ipynb"):
        return html
    return _LINK.sub(r'href="\1.html\2"', html)
