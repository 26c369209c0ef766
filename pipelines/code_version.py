"""Which version of the code trains: what the numbers of a training depend on beside settings."""

from __future__ import annotations

import functools
import hashlib
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType
from typing import Any, Self

from pipelines.installed import installed_versions

_PACKAGES = Path(__file__).resolve().parents[1]
# What data, networks and trainings are made of; the rest only asks for them or shows them.
_DECIDING = (
    *("cookbook", "pipelines/datasets", "pipelines/hyperparameters", "pipelines/inputs"),
    "pipelines/preprocessing",
    *("pipelines/recipes", "pipelines/tasks", "pipelines/training", "tuning/seeds.py"),
)
_LIBRARIES = ("keras", "numpy", "scikit-learn", "tensorflow", "tensorflow-cpu")


@dataclass(frozen=True, kw_only=True)
class CodeVersion:
    """A version of the code.

    Attributes:
        digest: Of the statements that decide the numbers, as Python compiles them. Comments and
            docstrings do not count.
        libraries: Name to version of the libraries that compute.
        commit: What is checked out, for people; None outside of a repository. It decides
            nothing: most commits leave the statements as they are.
    """

    digest: str
    libraries: Mapping[str, str] = field(default_factory=dict)
    commit: str | None = None

    def matches(self, other: CodeVersion) -> bool:
        """Whether both give the same numbers."""
        return self.digest == other.digest and self.libraries == other.libraries

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """The version that `to_dict` wrote."""
        return cls(**plain)

    def __str__(self) -> str:
        known = [f"code {self.digest}"]
        if self.commit:
            dirty = " with changes" if self.commit.endswith("-dirty") else ""
            known.insert(0, f"commit {self.commit[:10]}{dirty}")
        return ", ".join([*known, *(f"{name} {v}" for name, v in self.libraries.items())])


def code_version(references: Iterable[str] = (), *, folders: Iterable[str] = ()) -> CodeVersion:
    """The version that this process runs.

    Args:
        references: `"module:attribute"` of further code that decides the numbers, such as the
            `measure` of a comparison of your own.
        folders: Packages beside those of a training, for example `"pipelines/comparisons"`.
    """
    from tuning.tracking import git_commit

    own = [file for file in map(source_file, sorted(references)) if file is not None]
    return CodeVersion(
        digest=code_digest(*(_PACKAGES / place for place in (*_DECIDING, *folders)), *own),
        libraries=installed_versions(_LIBRARIES),
        commit=git_commit(),
    )


def source_file(reference: str) -> Path | None:
    """The file of a module, looked for where a worker imports it; nothing is imported.

    Args:
        reference: `"module:attribute"`, or a module alone.

    Returns:
        The file; None where there is none to read.

    Example:
        >>> source_file("pipelines.code_version:source_file").name
        'code_version.py'
    """
    places: Sequence[str] | None = None
    spec = None
    for name in reference.partition(":")[0].split("."):
        # Workers look in the working directory last.
        spec = _spec(name, places) or (_spec(name, [""]) if places is None else None)
        if spec is None:
            return None
        places = list(spec.submodule_search_locations or ())
    file = Path(spec.origin) if spec is not None and spec.origin else None
    return file if file is not None and file.suffix == ".py" else None


def _spec(name: str, places: Sequence[str] | None) -> ModuleSpec | None:
    found = (finder.find_spec(name, places) for finder in sys.meta_path)
    return next((spec for spec in found if spec is not None), None)


@functools.cache
def code_digest(*places: Path) -> str:
    """Digest of the statements in files and folders of Python code, read once per process.

    Args:
        places: Files, or folders with all that is below them.

    Returns:
        12 hexadecimal digits. Comments, docstrings and layout do not change them.
    """
    digest = hashlib.sha256()
    for place in places:
        files = [place] if place.is_file() else sorted(place.rglob("*.py"))
        for file in files:
            digest.update(file.relative_to(place.parent).as_posix().encode())
            code = compile(file.read_bytes(), "", "exec", dont_inherit=True, optimize=2)
            for part in _instructions(code):
                digest.update(part + b"\n")  # "1", "23" is not "12", "3"
    return digest.hexdigest()[:12]


def _instructions(code: CodeType) -> Iterator[bytes]:
    """What a compiled file does: neither its lines nor its docstrings.

    Python compiles faster than it shows the tree of a source, which each training would wait for.
    """
    yield code.co_name.encode()
    yield code.co_code
    yield code.co_exceptiontable
    signature = (code.co_flags, code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount)
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    yield repr((signature, names)).encode()
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _instructions(constant)
        else:
            yield _constant(constant).encode()


def _constant(value: object) -> str:
    """The text of a constant, the same in every process."""
    return repr(sorted(map(repr, value)) if isinstance(value, frozenset) else value)
