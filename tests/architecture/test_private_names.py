"""Private names of libraries stand inside the fences only, and each of them is guarded there."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest

import tuning
from benchmarks.structure import FENCES, outside, parsed, private_uses

ROOT = Path(__file__).parents[2]
LIBRARIES = ("optuna", "keras_tuner")


@pytest.fixture(scope="module")
def trees():
    return parsed(ROOT)


@pytest.fixture(scope="module")
def uses(trees):
    return private_uses(trees)


def test_no_other_file_uses_a_private_name(uses):
    assert outside(uses) == {}


def _texts(tree: ast.AST) -> set[str]:
    return {
        node.value.removesuffix("()").replace(":", ".")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_each_name_inside_the_fences_is_guarded(trees, uses):
    """Its name or its place stands in a table there, which other tests hold against the libraries.

    Without that, something else would be computed in silence after a rename.
    """
    texts = {
        text for name, tree in trees.items() if name.startswith(FENCES) for text in _texts(tree)
    }
    used = {use for found in uses.values() for use in found}
    assert {
        use for use in used if not any(f".{use}".endswith(f".{text}") for text in texts)
    } == set()


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


def _private(name: str) -> bool:
    return name.startswith("_") and not name.startswith(("__", "_abc_"))


def test_the_search_for_private_names_finds_them():
    codes = [
        "import optuna; study._storage",
        "import optuna; trial.study._get_trials()",
        "from optuna.storages._rdb import models",
        "from optuna.storages import _rdb",
        "from keras_tuner.src.engine import conditions",
        "import optuna.storages._rdb.models",
        "import keras; layer._flatten_layers()",
        "from mlflow.utils import _spark_utils",
    ]
    found = private_uses(
        {f"tuning/{number}.py": ast.parse(code) for number, code in enumerate(codes)}
    )
    assert len(outside(found)) == len(codes), found
