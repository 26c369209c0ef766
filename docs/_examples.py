"""Lets the reference show our `Example:` sections, which griffe knows as `Examples:`, as code."""

from __future__ import annotations

from typing import Any

import griffe


class Examples(griffe.Extension):
    """Renames the section in every docstring that is collected."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Called for each module, class and function."""
        if obj.docstring is not None:
            text = f"\n{obj.docstring.value}"
            obj.docstring.value = text.replace("\nExample:\n", "\nExamples:\n")
