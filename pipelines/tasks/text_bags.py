"""Classification of texts by the set of their n-grams."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.preprocessing.ngram_vocabulary import NgramVocabulary
from pipelines.preprocessing.ngrams import NgramPreprocessor, log_count_ratios
from pipelines.preprocessing.tokenizer import Tokenizer
from pipelines.tasks.classification import Classification
from pipelines.tasks.texts import TextClassification, bag_of_words

if TYPE_CHECKING:
    from pipelines.datasets.containers import Split


class TextBagClassification(TextClassification):
    """Texts to classes by the n-grams in them, whatever their order.

    Its own hyperparameters: `word_ngrams` and `character_ngrams` (words or characters of the
    longest n-grams; 0 for none of them), `max_vocabulary` (n-grams of each kind at most),
    `min_frequency` (training texts that an n-gram must occur in), `lowercase` and `strip_tags`
    (see `Tokenizer`).

    Raises:
        ValueError: If both kinds of n-grams are switched off or a limit is out of range.
    """

    extra_names = Classification.extra_names | frozenset(
        {
            "word_ngrams",
            "character_ngrams",
            "max_vocabulary",
            "min_frequency",
            "lowercase",
            "strip_tags",
        }
    )

    def make_preprocessor(self) -> NgramPreprocessor:
        """N-grams of words, then those of characters."""
        lengths = {
            "word": int(self.extra.get("word_ngrams", 2)),
            "character": int(self.extra.get("character_ngrams", 0)),
        }
        return NgramPreprocessor(
            *(
                NgramVocabulary(
                    self.tokenizer(kind),
                    longest=longest,
                    max_size=self.extra.get("max_vocabulary") or None,
                    min_frequency=int(self.extra.get("min_frequency", 1)),
                )
                for kind, longest in lengths.items()
                if longest
            )
        )

    def tokenizer(self, kind: str) -> Tokenizer:
        """How texts are cut into words or characters."""
        return Tokenizer(
            kind=kind,
            lowercase=bool(self.extra.get("lowercase", True)),
            strip_tags=bool(self.extra.get("strip_tags", False)),
        )

    @functools.cached_property
    def _training_rows(self) -> list[np.ndarray]:
        return super().inputs(self.dataset.train.x)

    def inputs(self, x: Any) -> list[np.ndarray]:
        """Numbers of the n-grams of each text, not padded."""
        return self._training_rows if x is self.dataset.train.x else super().inputs(x)

    @functools.cached_property
    def _ratios(self) -> np.ndarray:
        return log_count_ratios(
            self._training_rows,
            self.dataset.train.y,
            size=self.texts.size,
            classes=self.dataset.num_classes or 2,
        )

    def model_arguments(self) -> dict[str, Any]:
        """The number of n-grams, padding included, the outputs and the evidence for each."""
        outputs = self.outputs or 2
        return {
            "vocabulary_size": self.texts.size,
            "num_outputs": outputs,
            # A single logit speaks for the second of two classes.
            "log_count_ratios": self._ratios[:, -outputs:],
        }

    def baseline(self, split: Split, *, with_validation: bool = False) -> tuple[str, np.ndarray]:
        """Logistic regression on a bag of words, or of pieces of words where that is better.

        Pieces are tried where the model reads characters; the validation texts choose.
        """
        train, validation = self.dataset.train, self.dataset.validation
        kinds = [part.tokenizer.kind == "character" for part in self.texts.parts]
        fitted = {kind: bag_of_words(train, characters=kind) for kind in kinds}
        best = max(fitted, key=lambda kind: fitted[kind].score(validation.x, validation.y))
        model = fitted[best]
        if with_validation:
            model = bag_of_words(self.training_rows(with_validation=True), characters=best)
        return "bag-of-words regression", model.predict_log_proba(split.x)
