"""Private names of Optuna and KerasTuner are used in `tuning/internals` only."""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import pkgutil
from pathlib import Path

import pytest

import tuning

ROOT = Path(__file__).parents[2]
FENCE = ROOT / "tuning" / "internals"
FILES = [
    path
    for package in ("tuning", "pipelines")
    for path in sorted((ROOT / package).rglob("*.py"))
    if FENCE not in path.parents
]
LIBRARIES = ("optuna", "keras_tuner")


def _private(name: str) -> bool:
    return name.startswith("_") and not name.startswith(("__", "_abc_"))


def _defined(tree: ast.AST) -> set[str]:
    """Private names that a file gives to its own objects: methods, and what `self` is assigned."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return {name for name in names if _private(name)}


@functools.cache
def _library_names() -> frozenset[str]:
    """Private names that the libraries themselves define."""
    names: set[str] = set()
    for library in LIBRARIES:
        spec = importlib.util.find_spec(library)
        for path in Path(spec.submodule_search_locations[0]).rglob("*.py"):
            names |= _defined(ast.parse(path.read_text(encoding="utf-8")))
    return frozenset(names)


def _uses(tree: ast.AST) -> list[str]:
    """Private names of a library in a file that are not the file's own."""
    own, found = _defined(tree), []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            module = getattr(node, "module", None) or ""
            names = [module] if module else []
            names += [f"{module}.{alias.name}".strip(".") for alias in node.names]
            found += [
                name
                for name in names
                if name.split(".")[0] in LIBRARIES
                and any(_private(part) or part == "src" for part in name.split("."))
            ]
        elif isinstance(node, ast.Attribute) and node.attr in _library_names():
            holder = node.value.id if isinstance(node.value, ast.Name) else ""
            if holder not in ("self", "cls") or node.attr not in own:
                found.append(f"{holder or '...'}.{node.attr}")
    return found


def test_no_other_file_uses_a_private_name():
    found = {
        str(path.relative_to(ROOT)): uses
        for path in FILES
        if (uses := _uses(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert found == {}


def test_no_class_overrides_a_private_method_outside_of_the_fence():
    """A rename in the library would disable such an override, and nothing would tell."""
    overriding = []
    for module in pkgutil.walk_packages(tuning.__path__, "tuning."):
        if module.name.startswith("tuning.internals"):
            continue
        for kind in vars(importlib.import_module(module.name)).values():
            if isinstance(kind, type) and kind.__module__ == module.name:
                overriding += [f"{module.name}.{kind.__name__}.{n}" for n in _overridden(kind)]
    assert overriding == []


def _overridden(kind: type) -> list[str]:
    bases = [base for base in kind.__mro__[1:] if base.__module__.split(".")[0] in LIBRARIES]
    # The library's own method in a wrapper carries the name of the library's module.
    written = [
        name
        for name, value in vars(kind).items()
        if _private(name) and getattr(value, "__module__", "").split(".")[0] not in LIBRARIES
    ]
    return [name for name in written if any(name in vars(base) for base in bases)]


@pytest.mark.parametrize(
    "code",
    [
        "study._storage",
        "trial.study._get_trials()",
        "self._get_trials()",
        "from optuna.storages._rdb import models",
        "from optuna.storages import _rdb",
        "from keras_tuner.src.engine import conditions",
        "import optuna.storages._rdb.models",
    ],
)
def test_the_search_for_private_names_finds_them(code):
    assert _uses(ast.parse(code))
