"""The code blocks of README and documentation, as their readers find them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "guides").glob("*.md")),
]
LANGUAGES = ("json", "python", "sh", "text", "yaml")
# Written before a block that is not run by the fast tests, with the reason.
_SKIPPED = re.compile(r"<!-- not run: (.+) -->\s*\Z")
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        page: Its page, from the root of the repository.
        line: Line of its beginning.
        language: As the fence says.
        text: What it holds.
        skipped: Why the fast tests do not run it; None for a block that they run.
    """

    page: str
    line: int
    language: str
    text: str
    skipped: str | None

    @property
    def name(self) -> str:
        """Where it is."""
        return f"{self.page}:{self.line}"


def blocks_of(page: Path) -> Iterator[Block]:
    """The blocks of a page in their order."""
    text = page.read_text(encoding="utf-8")
    for found in _BLOCK.finditer(text):
        before = text[: found.start()]
        skipped = _SKIPPED.search(before)
        yield Block(
            page=str(page.relative_to(ROOT)),
            line=before.count("\n") + 1,
            language=found[1],
            text=found[2],
            skipped=skipped[1] if skipped else None,
        )


BLOCKS = [block for page in PAGES for block in blocks_of(page)]


def commands(block: Block) -> list[str]:
    """The commands of a shell block, without comments, continued lines in one."""
    joined = block.text.replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if line.split("#")[0].strip()]
