"""Which code a `build(hp)` function is: what it does counts, not how it is written."""

from __future__ import annotations

import dis
import functools
import hashlib
import inspect
import types
from collections.abc import Iterator
from typing import Any

_PLAIN = (bool, int, float, complex, str, bytes, type(None))
_KEPT = (*_PLAIN, tuple, list, dict, set, frozenset)
# Classes that users derive from; their code comes with the installed version.
_LIBRARIES = ("builtins", "keras", "keras_tuner")


def code_digest(hypermodel: Any) -> str:
    """Digest of a `build(hp)` function or of a `HyperModel` with its plain attributes.

    Functions, classes and plain values of its own module that it uses belong to it, and so do
    default arguments and enclosed values. Comments, docstrings and layout do not, and neither
    does imported code. Another version of Python may give another digest.

    Args:
        hypermodel: The function, or an object with methods `build` and perhaps `fit`.

    Returns:
        12 hexadecimal digits.

    Example:
        >>> def build(hp): return hp.Int("units", 1, 4)
        >>> def other(hp): return hp.Int("units", 1, 4) + 1
        >>> code_digest(build) == code_digest(other)
        False
    """
    digest = hashlib.sha256()
    for text in _Walk(hypermodel).texts():
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()[:12]


class _Walk:
    """Goes through functions and classes, each once."""

    def __init__(self, root: Any) -> None:
        self._root = root
        owner = root.func if isinstance(root, functools.partial) else root
        self._module = getattr(owner, "__module__", None) or type(owner).__module__
        self._seen: set[int] = set()

    def texts(self) -> Iterator[str]:
        """Everything that counts, in a fixed order."""
        root = self._root
        yield from self._value(root)
        is_code = inspect.isroutine(root) or isinstance(root, type | functools.partial)
        if not is_code:  # an object: its class, and what it was made with
            yield from self._value(type(root))
            for name, value in sorted(vars(root).items()):
                if isinstance(value, _KEPT):
                    yield f"{name}={_plain(value)}"

    def _value(self, value: Any) -> Iterator[str]:
        if isinstance(value, functools.partial):
            yield _plain([value.args, sorted(value.keywords.items())])
            yield from self._value(value.func)
        elif isinstance(value, types.MethodType | staticmethod | classmethod):
            yield from self._value(value.__func__)
        elif isinstance(value, property):
            yield from self._value(value.fget)
        elif isinstance(value, types.FunctionType):
            yield from self._function(value)
        elif isinstance(value, type):
            yield from self._class(value)
        else:
            yield _plain(value)

    def _function(self, function: types.FunctionType) -> Iterator[str]:
        if id(function) in self._seen:
            return
        self._seen.add(id(function))
        yield _plain([function.__defaults__, function.__kwdefaults__])
        names: list[str] = []
        yield from _code(function.__code__, names)
        for name in names:
            if name in function.__globals__ and self._is_own(function.__globals__[name]):
                yield name
                yield from self._value(function.__globals__[name])
        for cell in function.__closure__ or ():
            try:
                yield from self._value(cell.cell_contents)
            except ValueError:  # an empty cell: a name that is not bound yet
                continue

    def _class(self, kind: type) -> Iterator[str]:
        if id(kind) in self._seen or kind.__module__.partition(".")[0] in _LIBRARIES:
            return
        self._seen.add(id(kind))
        for base in kind.__mro__[1:]:
            yield from self._class(base)
        for name, value in sorted(vars(kind).items()):
            if not name.startswith("__") or isinstance(value, types.FunctionType):
                yield name
                yield from self._value(value)

    def _is_own(self, value: Any) -> bool:
        if isinstance(value, types.FunctionType | type):
            return value.__module__ == self._module
        return isinstance(value, _KEPT)


def _code(code: types.CodeType, names: list[str]) -> Iterator[str]:
    """Instructions with what they load; the names of what is not local are collected."""
    names += [name for name in code.co_names if name not in names]
    for instruction in dis.get_instructions(code):
        yield instruction.opname
        if isinstance(instruction.argval, types.CodeType):
            yield from _code(instruction.argval, names)
        else:
            yield _plain(instruction.argval)


def _plain(value: Any) -> str:
    """A text that is the same in every process; of what is not plain only the kind."""
    if isinstance(value, _PLAIN):
        return repr(value)
    if isinstance(value, tuple | list):
        return f"[{', '.join(_plain(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_plain(k)}: {_plain(v)}' for k, v in value.items())}}}"
    if isinstance(value, set | frozenset):  # their order is another one in each process
        return f"{{{', '.join(sorted(map(_plain, value)))}}}"
    return f"{type(value).__module__}.{type(value).__qualname__}"
