"""YAML with line numbers, so that an error in a job points at its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tuning.errors import JobError

Path_ = tuple[str | int, ...]


class Document:
    """A YAML file and where each of its keys stands.

    Args:
        text: The YAML text.
        name: Name of the file, for messages.

    Raises:
        JobError: If the text is not YAML, not a mapping, or has a key twice.
    """

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self._lines: dict[Path_, int] = {}
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
            loader = yaml.SafeLoader("")
            content = {} if node is None else loader.construct_document(node)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            raise JobError(f"{name}:{line}: this is not YAML: {error.problem}.") from error
        if not isinstance(content, dict):
            raise JobError(f"{name}:1: a job is a mapping of keys to values. Got {content!r}.")
        if node is not None:
            self._walk(node, ())
        self.content: dict[str, Any] = content

    def _walk(self, node: yaml.Node, path: Path_) -> None:
        self._lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                here = (*path, key.value)
                if here in self._lines:
                    raise JobError(
                        f"{self.name}:{key.start_mark.line + 1}: the key {key.value!r} is here a "
                        f"second time, first in line {self._lines[here]}."
                    )
                self._lines[here] = key.start_mark.line + 1
                self._walk(value, here)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self._walk(value, (*path, index))

    def line(self, path: Sequence[str | int]) -> int:
        """Line of a key, or of the nearest key around it."""
        place = tuple(path)
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place, 1)

    def at(self, path: Sequence[str | int], message: str) -> str:
        """Writes a message with its place, as editors and compilers do."""
        return f"{self.name}:{self.line(path)}: {message}"


def read_document(path: str | Path) -> Document:
    """Reads a YAML file.

    Args:
        path: The file.

    Raises:
        JobError: If the file cannot be read or is not a YAML mapping.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise JobError(f"The job file {str(path)!r} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise JobError(f"The job file {str(path)!r} is not UTF-8 text.") from error
    return Document(text, str(path))


def plain_mapping(content: Mapping[str, Any], name: str = "job") -> Document:
    """Wraps a mapping that came from Python, without line numbers."""
    return Document(yaml.safe_dump(dict(content), sort_keys=False), name)
