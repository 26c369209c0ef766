"""Preprocessing by name, and as JSON files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cookbook._lazy import load_object
from cookbook._names import unknown_name

if TYPE_CHECKING:
    from pipelines.preprocessing.base import Preprocessing

PREPROCESSING = {
    "image": "pipelines.preprocessing.images:ImagePreprocessor",
    "language": "pipelines.preprocessing.language:LanguagePreprocessor",
    "ngrams": "pipelines.preprocessing.ngrams:NgramPreprocessor",
    "pairs": "pipelines.preprocessing.pairs:PairPreprocessor",
    "series": "pipelines.preprocessing.series:SeriesPreprocessor",
    "tabular": "pipelines.preprocessing.tabular:TabularPreprocessor",
    "target": "pipelines.preprocessing.targets:TargetEncoder",
    "text": "pipelines.preprocessing.text:TextPreprocessor",
}


def preprocessing_from_config(config: dict[str, Any]) -> Preprocessing:
    """Rebuilds any fitted preprocessing.

    Args:
        config: What `to_config` returned; `"name"` says which class it belongs to.

    Returns:
        The fitted preprocessing.

    Raises:
        ValueError: If there is no preprocessing of that name.

    Example:
        >>> import numpy as np
        >>> from pipelines.preprocessing.images import ImagePreprocessor
        >>> fitted = ImagePreprocessor(scale=1 / 16).fit(np.full((1, 2, 2, 1), 8))
        >>> preprocessing_from_config(fitted.to_config()).transform(np.full((1, 2, 2, 1), 4)).max()
        np.float32(0.25)
    """
    name = config.get("name")
    if name not in PREPROCESSING:
        raise ValueError(unknown_name("preprocessing", name, PREPROCESSING))
    found: type[Preprocessing] = load_object(PREPROCESSING[name])
    return found.from_config(config)


def write_preprocessing(preprocessing: Preprocessing, path: Path | str) -> None:
    """Writes a fitted preprocessing as a JSON file."""
    text = json.dumps(preprocessing.to_config(), indent=1, ensure_ascii=False, allow_nan=False)
    Path(path).write_text(text + "\n", encoding="utf-8")


def read_preprocessing(path: Path | str) -> Preprocessing:
    """Reads what `write_preprocessing` wrote.

    Raises:
        ValueError: If the file is no JSON object or names an unknown preprocessing.
    """
    try:
        config = json.loads(Path(path).read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}:{error.lineno}: no valid JSON ({error.msg}).") from error
    if not isinstance(config, dict):
        raise ValueError(f"{path}: a preprocessing is a JSON object. Got {type(config).__name__}.")
    return preprocessing_from_config(config)
