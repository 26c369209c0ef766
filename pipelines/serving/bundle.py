"""A model with the preprocessing and outputs that were fitted with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.serving.files import CONFIG_FILE, MODEL_FILE, input_kind_of
from pipelines.serving.keras_models import load_model_file
from pipelines.serving.outputs import WritingOutput, make_output
from pipelines.serving.pixel_inputs import as_pixels
from pipelines.serving.text_inputs import TEXT_INPUTS, as_texts

if TYPE_CHECKING:
    import keras
    import pandas as pd


@dataclass(frozen=True)
class Bundle:
    """Raw input in, readable output out.

    Attributes:
        model: The Keras model.
        config: What the task's `serving_config` wrote.
    """

    model: keras.Model
    config: Mapping[str, Any]

    @classmethod
    def load(cls, directory: Path) -> Bundle:
        """Loads a saved bundle in Keras' safe mode; no code of the file is run.

        Args:
            directory: Folder with `model.keras` and `serving.json`.
        """
        return cls.from_files(directory / MODEL_FILE, directory / CONFIG_FILE)

    @classmethod
    def from_files(cls, model: Path, config: Path) -> Bundle:
        """The same with the two files named one by one."""
        loaded = load_model_file(model, compile=False)
        return cls(loaded, json.loads(Path(config).read_text(encoding="utf-8")))

    @property
    def input_kind(self) -> str:
        """What one raw input is, see `pipelines.serving.files.input_kind_of`."""
        return input_kind_of(self.config)

    @property
    def output_kind(self) -> str:
        """What the outputs are, for example `"classes"` or `"masks"`."""
        return str(self.config["outputs"]["kind"])

    def texts(self, raw: Any) -> list[str]:
        """Raw texts as a list: of one `str`, a sequence, or a frame with a column of them.

        The column has the name that it had in the table of the training, or `text`, or is alone.
        """
        return as_texts(raw, self.config.get("text"))

    def predict(self, raw: Any) -> pd.DataFrame:
        """Predicts for raw inputs.

        Args:
            raw: As the dataset's loader gives them: images, rows of a table, texts; see also
                `texts`.

        Returns:
            One row per input; the columns depend on the task.
        """
        from pipelines.preprocessing import preprocessing_from_config

        output = make_output(self.config["outputs"])
        if isinstance(output, WritingOutput):
            preprocessing = preprocessing_from_config(self.config["inputs"])
            if preprocessing.name in TEXT_INPUTS:
                raw = self.texts(raw)
            return output.write(self.model, preprocessing, raw)
        return output.frame(self.outputs(raw))

    def outputs(self, raw: Any) -> np.ndarray:
        """What the model computes for raw inputs, before it is named, `[inputs, ...]`.

        Args:
            raw: As for `predict`; not for models that write texts.
        """
        from pipelines.preprocessing import preprocessing_from_config
        from pipelines.preprocessing.images import ImagePreprocessor

        preprocessing = preprocessing_from_config(self.config["inputs"])
        if preprocessing.name in TEXT_INPUTS:
            raw = self.texts(raw)
        if isinstance(preprocessing, ImagePreprocessor):
            raw = as_pixels(raw, preprocessing)
        return np.asarray(self.model.predict(preprocessing.transform(raw), verbose=0))
