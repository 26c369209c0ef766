"""The two files of a saved model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

MODEL_FILE, CONFIG_FILE = "model.keras", "serving.json"


def holds_model(folder: Path) -> bool:
    """Whether a folder holds a model with its preprocessing."""
    return (folder / MODEL_FILE).exists() and (folder / CONFIG_FILE).exists()


def input_kind_of(config: Mapping[str, Any]) -> str:
    """What one raw input is: `"seeds"` for a model that draws, else its preprocessing.

    Args:
        config: What `CONFIG_FILE` holds.
    """
    if config["outputs"]["kind"] == "drawing":
        return "seeds"
    return str(config["inputs"]["name"])
