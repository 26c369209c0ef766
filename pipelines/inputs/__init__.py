"""Batches for training: `tf.data` builders and augmentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cookbook._lazy import lazy_attributes
from pipelines._environment import prepare_libraries

if TYPE_CHECKING:
    from pipelines.inputs.augmentation import Augmentation, make_augmentation
    from pipelines.inputs.feed_datasets import feed_batches
    from pipelines.inputs.files import image_file_batches
    from pipelines.inputs.images import image_batches, image_transform
    from pipelines.inputs.mapped import map_image_files
    from pipelines.inputs.pairs import pair_batches
    from pipelines.inputs.presets import AUGMENTATIONS, PRESETS
    from pipelines.inputs.tabular import tabular_batches
    from pipelines.inputs.text import text_batches
    from pipelines.inputs.windows import language_model_arrays, language_model_windows

_REFERENCES = {
    "AUGMENTATIONS": "pipelines.inputs.presets:AUGMENTATIONS",
    "PRESETS": "pipelines.inputs.presets:PRESETS",
    "Augmentation": "pipelines.inputs.augmentation:Augmentation",
    "feed_batches": "pipelines.inputs.feed_datasets:feed_batches",
    "image_batches": "pipelines.inputs.images:image_batches",
    "image_file_batches": "pipelines.inputs.files:image_file_batches",
    "image_transform": "pipelines.inputs.images:image_transform",
    "language_model_arrays": "pipelines.inputs.windows:language_model_arrays",
    "language_model_windows": "pipelines.inputs.windows:language_model_windows",
    "make_augmentation": "pipelines.inputs.augmentation:make_augmentation",
    "map_image_files": "pipelines.inputs.mapped:map_image_files",
    "pair_batches": "pipelines.inputs.pairs:pair_batches",
    "tabular_batches": "pipelines.inputs.tabular:tabular_batches",
    "text_batches": "pipelines.inputs.text:text_batches",
}
prepare_libraries()
__getattr__, __dir__ = lazy_attributes(__name__, _REFERENCES)

__all__ = [
    "AUGMENTATIONS",
    "PRESETS",
    "Augmentation",
    "feed_batches",
    "image_batches",
    "image_file_batches",
    "image_transform",
    "language_model_arrays",
    "language_model_windows",
    "make_augmentation",
    "map_image_files",
    "pair_batches",
    "tabular_batches",
    "text_batches",
]
