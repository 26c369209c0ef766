"""What the packages import is what `pip install keras-cookbook` brings."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
OWN = ("cookbook", "tuning", "pipelines")
# Imported where MLflow is spoken to, whose own dependency it is.
BROUGHT_ALONG = {"requests"}
# Imported where they are asked for alone; without them the extra is named.
EXTRAS = {"ray"}


def _plain(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def test_every_imported_package_is_a_dependency_of_the_program():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {_plain(re.split(r"[^\w.-]", line)[0]) for line in project["dependencies"]}
    imported = set[str]().union(*(_imported(p) for own in OWN for p in (ROOT / own).rglob("*.py")))
    foreign = imported - set(sys.stdlib_module_names) - set(OWN) - BROUGHT_ALONG - EXTRAS
    owners = importlib.metadata.packages_distributions()
    lacking = {name for name in foreign if not named & set(map(_plain, owners.get(name, [])))}
    assert not lacking
    assert "sacrebleu" in foreign
    assert set(project["optional-dependencies"]) >= EXTRAS


def test_every_package_of_an_extra_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {_plain(line.partition("==")[0]) for line in constraints}
    for name, extra in project["optional-dependencies"].items():
        named = {_plain(re.split(r"[^\w.-]", line)[0]) for line in extra}
        assert named <= pinned, f"constraints.txt lacks packages of the extra {name!r}"


def test_the_installation_page_names_every_extra():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == {
        *project["optional-dependencies"]
    }
