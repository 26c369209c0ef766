"""The shape of the three packages in figures: sizes, circles of rooms, private names.

    python -m benchmarks.structure [TREE] [--json]

`TREE` is any checkout of the project; by default this one. Private names are those that Keras,
KerasTuner, MLflow or Optuna define and that a file outside of the fences uses without defining
them itself; the libraries installed here are read for them.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import json
import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PACKAGES = ("cookbook", "tuning", "pipelines")
LIBRARIES = ("keras", "keras_tuner", "mlflow", "optuna")
FENCES = (
    "cookbook/_keras_internals.py",
    "pipelines/training/tensorflow",
    "tuning/internals",
    "tuning/tracking/internals.py",
)
Trees = Mapping[str, ast.Module]  # path below the checkout to the parsed file


def parsed(root: Path) -> Trees:
    """Every file of the packages, parsed."""
    files = [path for package in PACKAGES for path in sorted((root / package).rglob("*.py"))]
    return {
        path.relative_to(root).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in files
    }


def sizes(root: Path, trees: Trees, package: str) -> dict[str, Any]:
    """Files and lines of a package; a function's docstring does not count."""
    names = [name for name in trees if name.startswith(f"{package}/")]
    lines = {n: len((root / n).read_text(encoding="utf-8").splitlines()) for n in names}
    longest = max(lines, key=lambda name: lines[name])
    function, where = max(
        (length, f"{name}: {node.name}")
        for name in names
        for node, length in _functions(trees[name])
    )
    return {
        "package": package,
        "files": len(names),
        "flat": sum(name.count("/") == 1 and not name.endswith("__init__.py") for name in names),
        "median": statistics.median(lines.values()),
        "longest file": f"{lines[longest]} ({longest})",
        "longest function": f"{function} ({where})",
        "circles": circles(trees, package),
    }


def _functions(tree: ast.Module) -> Iterator[tuple[Any, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first, length = node.body[0], (node.end_lineno or 0) - node.lineno + 1
            if ast.get_docstring(node) is not None:
                length -= (first.end_lineno or 0) - first.lineno + 1
            yield node, length


def circles(trees: Trees, package: str) -> int:
    """Rooms (folders, or files at the top) of a package that import each other in a circle.

    Imports of types alone count too, as do those inside of functions.
    """
    edges: dict[str, set[str]] = {}
    for name, tree in trees.items():
        if name.startswith(f"{package}/"):
            room = name.removesuffix(".py").split("/")[1]
            edges.setdefault(room, set()).update(_rooms_of(tree, package))
    reach = {room: _reachable(room, edges) for room in edges}
    return sum(room in reach[room] for room in reach)


def _rooms_of(tree: ast.Module, package: str) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        modules = []
        if isinstance(node, ast.ImportFrom) and node.module:
            modules = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        found |= {m.split(".")[1] for m in modules if m.startswith(f"{package}.")}
    return found


def _reachable(start: str, edges: Mapping[str, set[str]]) -> set[str]:
    """Other rooms and, through them, perhaps the room itself."""
    found: set[str] = set()
    waiting = [room for room in edges[start] if room != start]
    while waiting:
        room = waiting.pop()
        if room in edges and room not in found:
            found.add(room)
            waiting += [other for other in edges[room] if other != room]
    return found


def private_uses(trees: Trees) -> dict[str, list[str]]:
    """File to the private names of a library that it uses, in and outside of the fences."""
    known = {library: _defined_by(library) for library in LIBRARIES}
    uses = {name: sorted(set(_uses(tree, known))) for name, tree in trees.items()}
    return {name: found for name, found in uses.items() if found}


def outside(uses: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What of `private_uses` no fence holds."""
    return {name: found for name, found in uses.items() if not name.startswith(FENCES)}


def _uses(tree: ast.Module, known: Mapping[str, set[str]]) -> Iterator[str]:
    own, text = _defined(tree), ast.unparse(tree)
    near = {name for library in LIBRARIES if library in text for name in known[library]}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            module = getattr(node, "module", None) or ""
            for alias in node.names:
                parts = f"{module}.{alias.name}".strip(".").split(".")
                hidden = any(_is_private(part) or part in ("src", "python") for part in parts)
                if hidden and parts[0] in (*LIBRARIES, "tensorflow"):
                    yield ".".join(parts)
        elif isinstance(node, ast.Attribute) and node.attr in near - own:
            yield f"{ast.unparse(node.value)}.{node.attr}"


def _defined_by(library: str) -> set[str]:
    spec = importlib.util.find_spec(library)
    places = [] if spec is None else list(spec.submodule_search_locations or ())
    files = [path for place in places for path in Path(place).rglob("*.py")]
    return {name for path in files for name in _defined(ast.parse(path.read_bytes()))}


def _defined(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.attr if isinstance(node, ast.Attribute) else node.id)
    return {name for name in names if _is_private(name)}


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith(("__", "_abc_"))


def main() -> None:
    """Prints the figures of a checkout."""
    parser = argparse.ArgumentParser(description="The shape of the packages in figures.")
    parser.add_argument("tree", nargs="?", type=Path, default=Path(__file__).parents[1])
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    trees = parsed(given.tree)
    rows = [sizes(given.tree, trees, package) for package in PACKAGES]
    uses = outside(private_uses(trees))
    if given.json:
        print(json.dumps({"packages": rows, "private names": uses}, indent=1))
        return
    print(" | ".join(rows[0]))
    for row in rows:
        print(" | ".join(str(value) for value in row.values()))
    print(f"private names outside of the fences: {sum(map(len, uses.values()))}")
    for name, found in uses.items():
        print(f"  {name}: {', '.join(found)}")


if __name__ == "__main__":
    main()
