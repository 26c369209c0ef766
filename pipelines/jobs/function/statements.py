"""Digest of the statements of a module."""

from __future__ import annotations

import ast
import functools
import hashlib
from pathlib import Path


@functools.cache
def statements_digest(file: Path) -> str:
    """Digest of the statements in a file of Python code, read once per process.

    Stored studies name it: another way to find it would make their functions changed ones.

    Args:
        file: The module.

    Returns:
        12 hexadecimal digits. Comments, docstrings and layout do not change them.

    Raises:
        SyntaxError: If it is no Python.
    """
    statements = _statements(file.read_text(encoding="utf-8"))
    return hashlib.sha256((file.name + statements).encode()).hexdigest()[:12]


def _statements(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and _is_text(body[0]):
            del body[0]
    return ast.dump(tree)


def _is_text(statement: ast.AST) -> bool:
    """Whether a statement is a docstring."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)
