"""Every class that Keras must find by name is registered by one call."""

from __future__ import annotations

from pathlib import Path

import cookbook
from cookbook.saving import OWN_OBJECTS

PACKAGE = Path(cookbook.__file__).parent


def test_every_module_with_registered_classes_is_listed():
    marked = {
        ".".join(("cookbook", *path.relative_to(PACKAGE).with_suffix("").parts))
        for path in PACKAGE.rglob("*.py")
        if "register_keras_serializable(" in path.read_text(encoding="utf-8")
    }
    assert marked, "the rule guards nothing"
    assert marked <= set(OWN_OBJECTS)
