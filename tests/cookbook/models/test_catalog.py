"""The catalogue itself: cheap, complete, without doubles."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys

import pytest

import cookbook.models
from cookbook.models.catalog import MODELS, get_model, index_entries


def _public_builders() -> set[str]:
    """`module:function` of every public function that returns a model on its own."""
    found = set()
    for info in pkgutil.iter_modules(cookbook.models.__path__):
        module = importlib.import_module(f"cookbook.models.{info.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            signature = inspect.signature(function)
            returns = str(signature.return_annotation)
            given = any("keras.Model" in str(p.annotation) for p in signature.parameters.values())
            own = function.__module__ == module.__name__ and not name.startswith("_") and not given
            if own and returns in {"keras.Model", "Perceptron"}:
                found.add(f"{module.__name__}:{name}")
    return found


def test_every_public_builder_has_an_entry() -> None:
    assert _public_builders() - {entry.builder for entry in MODELS.values()} == set()


def test_every_entry_names_a_builder() -> None:
    assert {entry.builder for entry in MODELS.values()} <= _public_builders()


def test_listing_imports_no_keras() -> None:
    code = (
        "import sys, cookbook.models.catalog, cookbook.models\n"
        "heavy = {'keras', 'tensorflow', 'jax', 'numpy'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_unknown_model_gets_a_suggestion() -> None:
    with pytest.raises(ValueError, match=r"No model named 'lenett'\. Did you mean 'lenet'\?"):
        get_model("lenett")


def test_two_entries_of_one_name_are_refused() -> None:
    entry = get_model("mlp")
    with pytest.raises(ValueError, match=r"needs its own name\. Got 'mlp'"):
        index_entries([entry, entry])


def test_index_is_read_only() -> None:
    with pytest.raises(TypeError):
        MODELS["mine"] = get_model("mlp")  # type: ignore[index]
