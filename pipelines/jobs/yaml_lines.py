"""YAML with line numbers, so that an error in a job points at its line.

A job file is small, and whoever reads one did not write it: size, number of values and depth are
bounded before anything is built, and anchors count as often as they are used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from yaml.reader import ReaderError

from pipelines.yaml_numbers import NumberLoader
from tuning.errors import JobError
from tuning.faults import shortened, shown

Path_ = tuple[str | int, ...]

_BYTES = 1_000_000
_VALUES = 20_000  # with what aliases repeat
_DEPTH = 30
_KEY = 200  # characters
_LARGEST = 2**63 - 1
_COLLECTIONS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
# Keys of earlier versions, under whose line a fault of the key of today is found.
_WRITTEN_AS = {
    "objective": ("metrics", "metric", "direction"),
    "params": ("set",),
    "epochs": ("budget",),
}


class Document:
    """A YAML file and where each of its keys stands.

    Args:
        text: The YAML text.
        name: Name of the file, for messages.

    Raises:
        JobError: If the text is not YAML, not a mapping, too large, or has a key twice.
    """

    def __init__(self, text: str, name: str) -> None:
        self.name, self.text = name, text
        self._lines: dict[Path_, int] = {}
        if len(text) > _BYTES:
            raise self._error(1, f"a job has at most {_BYTES:,} characters. Got {len(text):,}.")
        node = self._compose(text)
        self.content: dict[str, Any] = {}
        if node is not None:
            self._check_size(node)
            self._walk(node, ())
            self.content = self._construct(node)

    def _compose(self, text: str) -> yaml.Node | None:
        try:
            self._check_depth(text)
            return yaml.compose(text, Loader=NumberLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            raise self._error(line, f"this is not YAML: {error.problem}.") from error
        except ReaderError as error:
            line = text.count("\n", 0, int(error.position)) + 1
            raise self._error(line, f"this is not YAML: {error.reason}.") from error

    def _check_depth(self, text: str) -> None:
        """Follows the events of the parser, which does not call itself for what lies deeper."""
        depth = 0
        for event in yaml.parse(text, Loader=NumberLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > _DEPTH:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise self._error(line, f"values lie in one another more than {_DEPTH} deep.")

    def _check_size(self, root: yaml.Node) -> None:
        """Counts values as often as aliases repeat them, and refuses what contains itself."""
        count, open_nodes = 0, [(root, frozenset[int]())]
        while open_nodes:
            node, around = open_nodes.pop()
            line, count = node.start_mark.line + 1, count + 1
            if id(node) in around:
                raise self._error(line, "an anchor must not contain itself.")
            if count > _VALUES:
                raise self._error(line, f"a job has at most {_VALUES:,} values, aliases included.")
            if isinstance(node, yaml.CollectionNode):
                inner = around | {id(node)}
                open_nodes += [(child, inner) for child in _children(node)]

    def _construct(self, node: yaml.Node) -> dict[str, Any]:
        """Builds the values one by one, so that one that cannot be built names its line."""
        if not isinstance(node, yaml.MappingNode):
            got = shown(node.value) if isinstance(node, yaml.ScalarNode) else "a list"
            raise self._error(1, f"a job is a mapping of keys to values. Got {got}.")
        content = self._value(node)
        return {str(key): value for key, value in content.items()}

    def _value(self, node: yaml.Node) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if node.tag not in _COLLECTIONS:
            line = node.start_mark.line + 1
            raise self._error(line, f"a job has no values of the kind {shown(node.tag)}.")
        if isinstance(node, yaml.MappingNode):
            try:
                NumberLoader("").flatten_mapping(node)  # merge keys, `<<: *defaults`
            except yaml.MarkedYAMLError as error:
                line = error.problem_mark.line + 1 if error.problem_mark else 1
                raise self._error(line, f"this is not YAML: {error.problem}.") from error
            return {self._scalar(key): self._value(value) for key, value in node.value}
        return [self._value(item) for item in node.value]

    def _scalar(self, node: yaml.Node) -> Any:
        line, text = node.start_mark.line + 1, shown(node.value)
        kind = node.tag.rpartition(":")[2]
        try:
            value = NumberLoader("").construct_document(node)
        except yaml.MarkedYAMLError as error:
            raise self._error(line, f"this is not YAML: {error.problem}.") from error
        # PyYAML builds what it took for a date or a number without looking at the parts.
        except (ValueError, OverflowError, TypeError, LookupError, AttributeError) as error:
            raise self._error(line, f"{text} is no value of the kind {kind!r}.") from error
        if not isinstance(value, str | bool | int | float | None):
            raise self._error(
                line, f"a job has no values of the kind {kind!r}. Got {text}: quote a text."
            )
        if isinstance(value, int) and abs(value) > _LARGEST:
            raise self._error(line, f"a whole number has at most 64 bits. Got {text}.")
        return value

    def _walk(self, node: yaml.Node, path: Path_) -> None:
        self._lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                self._check_key(key)
                here = (*path, key.value)
                if here in self._lines:
                    raise self._error(
                        key.start_mark.line + 1,
                        f"the key {key.value!r} is here a second time, first in line "
                        f"{self._lines[here]}.",
                    )
                self._lines[here] = key.start_mark.line + 1
                self._walk(value, here)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self._walk(value, (*path, index))

    def _check_key(self, key: yaml.Node) -> None:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise self._error(line, "a key is a text, not a list or a mapping.")
        if len(key.value) > _KEY:
            raise self._error(line, f"a key has at most {_KEY} characters. Got {shown(key.value)}.")

    def _error(self, line: int, message: str) -> JobError:
        return JobError(f"{self.name}:{line}: {shortened(message)}")

    def line(self, path: Sequence[str | int]) -> int:
        """Line of a key, or of the nearest key around it."""
        place = tuple(path)
        for old in _WRITTEN_AS.get(str(place[0]), ()) if place else ():
            if (old,) in self._lines and place[:1] not in self._lines:
                place = (old, *place[1:])
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place, 1)

    def at(self, path: Sequence[str | int], message: str) -> str:
        """Writes a message with its place, as editors and compilers do."""
        return f"{self.name}:{self.line(path)}: {message}"


def _children(node: yaml.CollectionNode) -> Iterator[yaml.Node]:
    for item in node.value:
        if isinstance(item, tuple):
            yield from item
        else:
            yield item


def read_document(path: str | Path) -> Document:
    """Reads a YAML file.

    Args:
        path: The file.

    Raises:
        JobError: If the file cannot be read or is not a YAML mapping.
    """
    name = shortened(repr(str(path)), 300)
    try:
        with Path(path).open("rb") as file:
            content = file.read(_BYTES + 1)
        text = content.decode("utf-8")
    except (OSError, ValueError) as error:
        why = "it is not UTF-8 text"
        if isinstance(error, OSError):
            why = str(error.strerror)
        elif not isinstance(error, UnicodeDecodeError):
            why = str(error)  # a NUL byte in the path
        raise JobError(f"The job file {name} cannot be read: {why}.") from error
    return Document(text, str(path))
