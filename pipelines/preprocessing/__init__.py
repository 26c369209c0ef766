"""Fitted preprocessing that is saved as JSON beside the model, so that it takes raw inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cookbook._lazy import lazy_attributes

if TYPE_CHECKING:
    from pipelines.preprocessing.base import NotFittedError, Preprocessing
    from pipelines.preprocessing.images import ImagePreprocessor
    from pipelines.preprocessing.language import LanguagePreprocessor
    from pipelines.preprocessing.ngram_vocabulary import NgramVocabulary
    from pipelines.preprocessing.ngrams import NgramPreprocessor
    from pipelines.preprocessing.pairs import PairPreprocessor
    from pipelines.preprocessing.registry import (
        PREPROCESSING,
        preprocessing_from_config,
        read_preprocessing,
        write_preprocessing,
    )
    from pipelines.preprocessing.tabular import TabularPreprocessor
    from pipelines.preprocessing.targets import TargetEncoder
    from pipelines.preprocessing.text import TextPreprocessor
    from pipelines.preprocessing.vocabulary import Vocabulary

_REFERENCES = {
    "PREPROCESSING": "pipelines.preprocessing.registry:PREPROCESSING",
    "ImagePreprocessor": "pipelines.preprocessing.images:ImagePreprocessor",
    "LanguagePreprocessor": "pipelines.preprocessing.language:LanguagePreprocessor",
    "NgramPreprocessor": "pipelines.preprocessing.ngrams:NgramPreprocessor",
    "NgramVocabulary": "pipelines.preprocessing.ngram_vocabulary:NgramVocabulary",
    "NotFittedError": "pipelines.preprocessing.base:NotFittedError",
    "PairPreprocessor": "pipelines.preprocessing.pairs:PairPreprocessor",
    "Preprocessing": "pipelines.preprocessing.base:Preprocessing",
    "TabularPreprocessor": "pipelines.preprocessing.tabular:TabularPreprocessor",
    "TargetEncoder": "pipelines.preprocessing.targets:TargetEncoder",
    "TextPreprocessor": "pipelines.preprocessing.text:TextPreprocessor",
    "Vocabulary": "pipelines.preprocessing.vocabulary:Vocabulary",
    "preprocessing_from_config": "pipelines.preprocessing.registry:preprocessing_from_config",
    "read_preprocessing": "pipelines.preprocessing.registry:read_preprocessing",
    "write_preprocessing": "pipelines.preprocessing.registry:write_preprocessing",
}
__getattr__, __dir__ = lazy_attributes(__name__, _REFERENCES)

__all__ = [
    "PREPROCESSING",
    "ImagePreprocessor",
    "LanguagePreprocessor",
    "NgramPreprocessor",
    "NgramVocabulary",
    "NotFittedError",
    "PairPreprocessor",
    "Preprocessing",
    "TabularPreprocessor",
    "TargetEncoder",
    "TextPreprocessor",
    "Vocabulary",
    "preprocessing_from_config",
    "read_preprocessing",
    "write_preprocessing",
]
