"""The two files of a saved model."""

from __future__ import annotations

from pathlib import Path

MODEL_FILE, CONFIG_FILE = "model.keras", "serving.json"


def holds_model(folder: Path) -> bool:
    """Whether a folder holds a model with its preprocessing."""
    return (folder / MODEL_FILE).exists() and (folder / CONFIG_FILE).exists()
