"""`from package import name` gives the part itself, in every editor and without loading Keras."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from cookbook.callbacks import CALLBACKS, METHODS
from cookbook.initializers import INITIALIZERS
from cookbook.losses import LOSSES
from cookbook.models import MODELS
from cookbook.optimizers import OPTIMIZERS
from cookbook.schedules import SCHEDULES

ROOT = Path(__file__).parents[2]
PARTS = (
    "callbacks",
    "decoding",
    "diagnostics",
    "initializers",
    "layers",
    "losses",
    "models",
    "optimizers",
    "schedules",
)
PACKAGES = (
    "cookbook",
    *(f"cookbook.{part}" for part in PARTS),
    "pipelines",
    "pipelines.datasets",
    "pipelines.estimators",
    "pipelines.inputs",
    "tuning",
)
TABLES = {
    "cookbook.callbacks": {**CALLBACKS, **METHODS},
    "cookbook.initializers": INITIALIZERS,
    "cookbook.losses": LOSSES,
    "cookbook.models": MODELS,
    "cookbook.optimizers": OPTIMIZERS,
    "cookbook.schedules": SCHEDULES,
}


def editor_names(package: ModuleType) -> dict[str, str]:
    """Names that an editor sees: those under `if TYPE_CHECKING`, with their modules."""
    tree = ast.parse(Path(str(package.__file__)).read_text(encoding="utf-8"))
    blocks = [node for node in tree.body if isinstance(node, ast.If)]
    imports = [node for block in blocks for node in block.body if isinstance(node, ast.ImportFrom)]
    return {
        alias.asname or alias.name: str(node.module) for node in imports for alias in node.names
    }


@pytest.mark.parametrize("name", PACKAGES)
def test_editors_completion_and_imports_know_the_same_names(name):
    package = importlib.import_module(name)
    assert sorted(editor_names(package)) == sorted(package.__all__) == sorted(dir(package))


@pytest.mark.parametrize("name", PACKAGES)
def test_no_module_hides_a_public_name(name):
    package = importlib.import_module(name)
    modules = {module.name for module in pkgutil.iter_modules(package.__path__)}
    rooms = set(PARTS) | {"saving"} if name == "cookbook" else set()
    assert set(package.__all__) & modules == rooms


@pytest.mark.parametrize("name", PACKAGES)
def test_every_public_name_is_what_its_module_defines(name):
    package = importlib.import_module(name)
    for public, module in editor_names(package).items():
        found = getattr(package, public)
        if name == "cookbook":
            assert isinstance(found, ModuleType)
        else:
            assert found is getattr(importlib.import_module(module), public)
            assert not isinstance(found, ModuleType)


@pytest.mark.parametrize("table", TABLES)
def test_every_own_row_of_a_listing_is_a_public_name_of_its_room(table):
    rows = TABLES[table].values()
    references = {row.builder if table == "cookbook.models" else row.reference for row in rows}
    own = {reference for reference in references if reference.startswith("cookbook.")}
    assert own
    for module, _, attribute in (reference.partition(":") for reference in own):
        room = importlib.import_module(".".join(module.split(".")[:2]))
        assert attribute in room.__all__


def test_importing_and_listing_the_names_loads_no_keras():
    code = f"""
import importlib, sys
for name in {PACKAGES!r}:
    dir(importlib.import_module(name))
print([name for name in ("keras", "tensorflow", "mlflow") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_name_is_an_attribute_error_of_the_package():
    with pytest.raises(AttributeError, match=r"'cookbook.models' has no attribute 'lennet'"):
        importlib.import_module("cookbook.models").lennet  # noqa: B018


@pytest.mark.parametrize("package", ["cookbook", "pipelines", "tuning"])
def test_packages_say_that_they_are_typed(package):
    assert (ROOT / package / "py.typed").is_file()
    assert f'\n{package} = ["py.typed"]\n' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
