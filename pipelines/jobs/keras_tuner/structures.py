"""Inputs and targets as Keras takes them: an array, or dictionaries and tuples of arrays."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

Structure = Any  # an array, or a dictionary or tuple of structures
Path = tuple[str | int, ...]


def as_structure(value: Any) -> Structure:
    """Makes arrays of everything that holds rows.

    A list or tuple of arrays (or of structures) is a tuple of them, as in Keras' `fit`; a list of
    numbers or texts is one array.

    Args:
        value: Arrays, frames, columns, tensors or lists, or dictionaries, tuples and lists of them.

    Example:
        >>> as_structure({"a": [1, 2], "b": (np.zeros(2), np.ones(2))})["b"][1].tolist()
        [1.0, 1.0]
    """
    if isinstance(value, Mapping):
        return {str(name): as_structure(part) for name, part in value.items()}
    if isinstance(value, list | tuple) and any(map(_holds_rows, value)):
        return tuple(as_structure(part) for part in value)
    array = np.asarray(value)
    if array.dtype == object and all(isinstance(item, str) for item in array.flat):
        return array.astype(str)
    return array


def _holds_rows(value: Any) -> bool:
    return isinstance(value, Mapping) or (hasattr(value, "shape") and np.ndim(value) > 0)


def leaves(structure: Structure, path: Path = ()) -> Iterator[tuple[Path, np.ndarray]]:
    """Every array with its place: keys of dictionaries and positions in tuples.

    Example:
        >>> [path for path, _ in leaves({"a": np.zeros(2), "b": (np.zeros(2), np.zeros(2))})]
        [('a',), ('b', 0), ('b', 1)]
    """
    if isinstance(structure, Mapping):
        for name in sorted(structure):
            yield from leaves(structure[name], (*path, name))
    elif isinstance(structure, tuple):
        for position, part in enumerate(structure):
            yield from leaves(part, (*path, position))
    else:
        yield path, structure


def from_leaves(found: Mapping[Path, np.ndarray]) -> Structure:
    """The structure of which `leaves` gave the arrays.

    Example:
        >>> from_leaves({("a",): 1, ("b", 0): 2, ("b", 1): 3})
        {'a': 1, 'b': (2, 3)}
    """
    if () in found:
        return found[()]
    parts: dict[str | int, dict[Path, np.ndarray]] = {}
    for (first, *rest), array in found.items():
        parts.setdefault(first, {})[tuple(rest)] = array
    if all(isinstance(key, int) for key in parts):
        return tuple(from_leaves(parts[key]) for key in sorted(parts))
    return {str(key): from_leaves(part) for key, part in parts.items()}


def place(name: str, path: Path) -> str:
    """A leaf as a person would write it.

    Example:
        >>> place("x", ("a", 0))
        "x['a'][0]"
    """
    return name + "".join(f"[{key!r}]" for key in path)


def to_named(name: str, structure: Structure) -> dict[str, np.ndarray]:
    """Arrays under texts that `from_named` reads; a single one has the plain name.

    Example:
        >>> sorted(to_named("x", {"a": np.zeros(1), "b": np.zeros(1)}))
        ['["x", "a"]', '["x", "b"]']
    """
    return {json.dumps([name, *path]) if path else name: array for path, array in leaves(structure)}


def from_named(named: Mapping[str, np.ndarray]) -> dict[str, Structure]:
    """The structures of which `to_named` made names and arrays."""
    found: dict[str, dict[Path, np.ndarray]] = {}
    for text, array in named.items():
        name, *path = json.loads(text) if text.startswith("[") else (text,)
        found.setdefault(name, {})[tuple(path)] = array
    return {name: from_leaves(parts) for name, parts in found.items()}


def row_count(structure: Structure) -> int:
    """Rows of the first array; `ArrayData` sees to it that all have as many."""
    return len(next(leaves(structure))[1])


def take_rows(structure: Structure, rows: Any) -> Structure:
    """The same rows of every array.

    Args:
        structure: The arrays, `[rows, ...]`.
        rows: Row numbers, or a slice.
    """
    return from_leaves({path: array[rows] for path, array in leaves(structure)})


def joined(first: Structure, second: Structure) -> Structure:
    """The rows of one structure after those of another of the same form."""
    others = dict(leaves(second))
    return from_leaves(
        {path: np.concatenate([array, others[path]]) for path, array in leaves(first)}
    )
