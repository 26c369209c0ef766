"""Classification of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf

from pipelines.inputs.feeds import Batch, Feed
from pipelines.inputs.ragged import RaggedRows, bucketed_order
from pipelines.preprocessing.text import TextPreprocessor
from pipelines.preprocessing.tokenizer import Tokenizer, stop_words
from pipelines.preprocessing.vocabulary import Vocabulary
from pipelines.serving.outputs import class_logits
from pipelines.tasks.classification import PREDICTION_BATCH, Classification
from pipelines.tasks.own_options import OFF
from pipelines.tasks.sample_weights import training_weights

if TYPE_CHECKING:
    from pipelines.datasets.containers import Split

# Widths are rounded up to this: fewer different shapes, hardly more padding.
MULTIPLE = 8
BASELINE_FEATURES = 20_000


class TextFeed:
    """Batches of texts of similar length, padded inside the compiled loop.

    Args:
        sequences: Token numbers of each text, at least one token each.
        y: Class numbers, `int[texts]`.
        batch_size: Texts a batch; the last one may be smaller.
        seed: Order of the data.
        shuffle: Draw a new bucketed order every epoch.
        sample_weight: Weight of each text, `float32[texts]`.

    Raises:
        ValueError: If there is no text, or a text without tokens.

    Example:
        >>> feed = TextFeed([[5], [6, 7], [8]], [0, 1, 0], batch_size=2, shuffle=False)
        >>> feed.steps, feed.sample()[0].shape
        (2, TensorShape([2, 8]))
    """

    def __init__(
        self,
        sequences: Any,
        y: Any,
        *,
        batch_size: int,
        seed: int = 0,
        shuffle: bool = True,
        sample_weight: Any = None,
    ) -> None:
        if len(sequences) != len(y) or not len(y):
            raise ValueError(
                "Texts and labels must have one length of at least 1. Got "
                f"{len(sequences)} texts and {len(y)} labels."
            )
        self.samples = len(sequences)
        self.steps = -(-self.samples // batch_size)
        self._rows = RaggedRows(sequences)
        targets = (y,) if sample_weight is None else (y, sample_weight)
        self._targets = tuple(tf.convert_to_tensor(one) for one in targets)
        self._batch_size = batch_size
        self._seed = seed
        self._shuffle = shuffle

    def start(self, epoch: int) -> tf.Tensor:
        """The order of the epoch's texts."""
        order = bucketed_order(
            self._rows.lengths,
            batch_size=self._batch_size,
            shuffle=self._shuffle,
            seed=self._seed,
            epoch=epoch,
        )
        return tf.constant(order)

    def batch(self, state: tf.Tensor, step: tf.Tensor) -> Batch:
        """The padded texts of one step, their classes, and their weights if there are any."""
        rows = state[step * self._batch_size : (step + 1) * self._batch_size]
        targets = (tf.gather(one, rows) for one in self._targets)
        return (self._rows.padded(rows, multiple=MULTIPLE), *targets)

    def sample(self) -> Batch:
        """The first texts."""
        return self.batch(tf.range(self.samples), tf.constant(0))


class TextClassification(Classification):
    """Texts to classes.

    Its own hyperparameters: `token_kind`, `lowercase`, `strip_tags` (see `Tokenizer`),
    `max_vocabulary`, `min_frequency`, `max_length` (tokens of a text that are read), `keep`
    (`"first"` or `"last"` ones), `stop_words` (`"english"`: leave out what `stop_words` lists) and
    `drop_unknown` (leave out words outside the vocabulary).
    """

    extra_names = Classification.extra_names | frozenset(
        {
            "token_kind",
            "lowercase",
            "strip_tags",
            "max_vocabulary",
            "min_frequency",
            "max_length",
            "keep",
            "stop_words",
            "drop_unknown",
        }
    )

    def __init__(self, dataset: Any, options: Any, extra: Any) -> None:
        super().__init__(dataset, options, extra)
        self.texts = self.make_preprocessor().fit(dataset.train.x)

    def make_preprocessor(self) -> Any:
        """What numbers the texts, not fitted yet; it has `sequences`."""
        vocabulary = Vocabulary(
            self.tokenizer(self.extra.get("token_kind", "word")),
            max_size=self.extra.get("max_vocabulary") or None,
            min_frequency=int(self.extra.get("min_frequency", 1)),
        )
        # A text without a known word still gets a prediction, instead of an error in service.
        return TextPreprocessor(
            vocabulary,
            max_length=self.extra.get("max_length") or None,
            keep=self.extra.get("keep", "first"),
            allow_empty=True,
            drop_unknown=bool(self.extra.get("drop_unknown", False)),
        )

    def tokenizer(self, kind: str) -> Tokenizer:
        """How texts are cut into tokens of a kind."""
        language = self.extra.get("stop_words") or "none"
        return Tokenizer(
            kind=kind,
            lowercase=bool(self.extra.get("lowercase", True)),
            strip_tags=bool(self.extra.get("strip_tags", False)),
            exclude=() if language in OFF else stop_words(language),
        )

    def model_arguments(self) -> dict[str, Any]:
        """`vocabulary_size`, padding included, and `num_classes`."""
        return {
            "vocabulary_size": len(self.texts.vocabulary),
            "num_classes": self.dataset.num_classes,
            "num_outputs": self.outputs,
        }

    def inputs(self, x: Any) -> list[np.ndarray]:
        """Token numbers of each text, not padded."""
        return self.texts.sequences(x)

    def predict(self, model: keras.Model, x: Any) -> np.ndarray:
        """The model's logits for raw texts, `float32[texts, classes]`."""
        rows = RaggedRows(self.inputs(x))
        # Texts of one length together: less padding; the results go back to their places.
        order = np.argsort(rows.lengths, kind="stable")
        logits: np.ndarray | None = None
        for start in range(0, len(order), PREDICTION_BATCH):
            chosen = order[start : start + PREDICTION_BATCH]
            batch = model.predict_on_batch(rows.padded(chosen, multiple=MULTIPLE))
            if logits is None:
                logits = np.empty((len(order), batch.shape[1]), np.float32)
            logits[chosen] = batch
        if logits is None:
            raise ValueError("Predictions need at least one text. Got none.")
        return class_logits(logits)

    def _bag_of_words(self, *, with_validation: bool = False) -> Any:
        characters = self.texts.vocabulary.tokenizer.kind == "character"
        rows = self.training_rows(with_validation=with_validation)
        return bag_of_words(rows, characters=characters)

    def features(self, x: Any) -> Any:
        """Weighted counts of words, `float64[texts, words]`, sparse."""
        return self._bag_of_words()[0].transform(x)

    def baseline(self, split: Split, *, with_validation: bool = False) -> tuple[str, np.ndarray]:
        """Logistic regression on the bag of words of the same texts."""
        model = self._bag_of_words(with_validation=with_validation)
        return "bag-of-words regression", model.predict_log_proba(split.x)

    def training_feed(self, *, seed: int, with_validation: bool) -> Feed:
        """Shuffled batches of texts of similar length."""
        data = self.training_rows(with_validation=with_validation)
        feed = TextFeed(
            self.inputs(data.x),
            data.y,
            batch_size=self.options.batch_size,
            seed=seed,
            sample_weight=training_weights(data),
        )
        return self.weighted(feed)

    def validation_feed(self) -> TextFeed:
        """Validation texts, sorted by length: metrics do not depend on the order."""
        data = self.dataset.validation
        sequences = self.inputs(data.x)
        order = np.argsort([len(sequence) for sequence in sequences], kind="stable")
        return TextFeed(
            [sequences[row] for row in order],
            np.asarray(data.y)[order],
            batch_size=PREDICTION_BATCH,
            shuffle=False,
        )

    def serving_config(self) -> dict[str, Any]:
        """The vocabulary, the class names and, of a table, the columns of texts and classes."""
        columns = {name: self.dataset.options.get(name) for name in ("text", "target")}
        given = {name: column for name, column in columns.items() if column is not None}
        return {"inputs": self.texts.to_config(), "outputs": self.class_output(), **given}

    def raw_example(self) -> Any:
        """Two texts in a column `text`."""
        import pandas as pd

        return pd.DataFrame({"text": list(self.dataset.train.x[:2])})


def bag_of_words(train: Split, *, characters: bool = False) -> Any:
    """Fits logistic regression on weighted counts of words, the method to beat.

    Args:
        train: Training texts and their classes.
        characters: Count pieces of words of up to three characters, for names and codes.

    Returns:
        A fitted pipeline of scikit-learn that takes raw texts.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    cut: dict[str, Any] = {"analyzer": "char_wb", "ngram_range": (1, 3)} if characters else {}
    counts = TfidfVectorizer(max_features=BASELINE_FEATURES, sublinear_tf=True, **cut)
    return make_pipeline(counts, LogisticRegression(C=3.0, max_iter=1000)).fit(train.x, train.y)
