"""A file holds one concept and a function does one thing: neither is long."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE_LINES = 300
FUNCTION_LINES = 60  # from `def` to the end, its docstring left out


def sources():
    found = [
        path
        for package in ("cookbook", "tuning", "pipelines")
        for path in sorted((ROOT / package).rglob("*.py"))
    ]
    assert len(found) > 400
    return found


def test_no_file_is_long():
    lines = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in sources()
    }
    assert {name: count for name, count in lines.items() if count > FILE_LINES} == {}


def test_no_function_is_long():
    long = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            count = node.end_lineno - node.lineno + 1 - docstring_lines(node)
            if count > FUNCTION_LINES:
                long[f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] = count
    assert long == {}


def docstring_lines(function):
    first = function.body[0]
    if ast.get_docstring(function) is None:
        return 0
    return first.end_lineno - first.lineno + 1
