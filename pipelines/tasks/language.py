"""Language models: the next token of running text, or of items such as names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from cookbook.losses.registry import make_loss
from cookbook.models.recurrent import reset_states
from pipelines.baselines.kneser_ney import KneserNey
from pipelines.figures import surprise_figure
from pipelines.inputs.feeds import ArrayFeed
from pipelines.inputs.windows import language_model_arrays
from pipelines.preprocessing.language import LanguagePreprocessor
from pipelines.preprocessing.tokenizer import Tokenizer
from pipelines.preprocessing.vocabulary import END, PADDING, START, UNKNOWN, Vocabulary
from pipelines.serving.writing import Writer
from pipelines.tasks.base import Task
from pipelines.tasks.dynamic_reading import dynamic_nats
from pipelines.tasks.reading import TokenReader, TokenScores
from pipelines.tasks.token_rows import ROW, loss_and_perplexity, measure_rows, score_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pipelines.datasets.containers import Split

ORDERS = {"character": (4, 5, 6, 7), "subword": (2, 3, 4)}
WORD_ORDERS = (2, 3, 4)
ITEM_BATCH = 1024
SAMPLES = 16


class LanguageModel(Task):
    """Tokens to the logits of the next token.

    Items (`unit="line"`) begin with a start token, which is not scored, and end with an end
    token, which is. Running text is one stream; of words, each line ends with an end token,
    which is scored as the others are. Batches of running text either carry the state of the
    network on (`stateful`, truncated backpropagation through time), or are independent windows
    in random order.

    Its own hyperparameters: `token_kind` (see `Tokenizer`), `lowercase`, `max_vocabulary`,
    `min_frequency`, `window` (tokens), `stateful`, `unroll`, and `dynamic_rate`: above 0, running
    text is scored a second time by a model that goes on learning from what it has scored
    (`dynamic_nats`), which metrics of their own tell apart.

    Raises:
        ValueError: If the options ask for label smoothing: scores are nats per token; or for a
            `dynamic_rate` of items, which have nothing to do with each other.
    """

    extra_names = frozenset(
        {
            "token_kind",
            "lowercase",
            "max_vocabulary",
            "min_frequency",
            "window",
            "stateful",
            "unroll",
            "dynamic_rate",
        }
    )

    def __init__(self, dataset: Any, options: Any, extra: Any) -> None:
        super().__init__(dataset, options, extra)
        self._items = dataset.options.get("unit") == "line"
        self._kind = self.extra.get("token_kind", "character")
        self._window = int(self.extra.get("window", 64))
        self._stateful = bool(self.extra.get("stateful", False)) and not self._items
        self._dynamic_rate = float(self.extra.get("dynamic_rate", 0.0))
        if self._items and self._dynamic_rate:
            raise ValueError(
                "A model that goes on learning needs running text: items have nothing to do with "
                f"each other. Got unit='line' and dynamic_rate={self._dynamic_rate!r}: leave the "
                "rate out."
            )
        vocabulary = Vocabulary(
            Tokenizer(kind=self._kind, lowercase=bool(self.extra.get("lowercase", False))),
            max_size=self.extra.get("max_vocabulary") or None,
            min_frequency=int(self.extra.get("min_frequency", 1)),
            specials=self._specials(),
        )
        self.language = LanguagePreprocessor(
            vocabulary, layout="items" if self._items else "stream"
        ).fit(dataset.train.x)

    def _specials(self) -> tuple[str, ...]:
        if self._items:
            return (PADDING, UNKNOWN, START, END)
        return (UNKNOWN, END) if self._by_line else (UNKNOWN,)

    @property
    def _by_line(self) -> bool:
        """Whether line ends are tokens of their own, because the tokenizer drops them."""
        return not self._items and self._kind in ("word", "whitespace")

    def model_arguments(self) -> dict[str, Any]:
        """`vocabulary_size`, the padding token of items, batch size of a carried state."""
        unroll = bool(self.extra.get("unroll", False))
        return {
            "vocabulary_size": len(self.language.vocabulary),
            "padding_id": 0 if self._items else None,
            "stateful_batch_size": self.options.batch_size if self._stateful else None,
            "unroll": unroll,
            "sequence_length": self._steps if unroll else None,
        }

    @property
    def _steps(self) -> int:
        """Tokens of a training row."""
        if not self._items:
            return self._window
        splits = (self.dataset.train.x, self.dataset.validation.x)
        return max(self.language.transform(x).shape[1] for x in splits) - 1

    def loss(self) -> keras.losses.Loss:
        """Cross-entropy of the next token, in nats."""
        return make_loss("sparse_categorical_crossentropy")

    def metrics(self) -> list[keras.metrics.Metric]:
        """Accuracy of the likeliest token."""
        return [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]

    def callbacks(self) -> list[keras.callbacks.Callback]:
        """A carried state starts at zero where the text does."""
        return [ResetStates()] if self._stateful else []

    def training_feed(self, *, seed: int, with_validation: bool) -> ArrayFeed:
        """Items or windows in random order, or batches that go on where the last one ended."""
        data = self.training_rows(with_validation=with_validation)
        # No buckets of items of one length: a batch would hold its ends at one place alone.
        return self._feed(data.x, seed=seed, shuffle=not self._stateful)

    def validation_feed(self) -> ArrayFeed:
        """Validation batches in order."""
        return self._feed(self.dataset.validation.x)

    def _feed(self, text: Any, *, seed: int = 0, shuffle: bool = False) -> ArrayFeed:
        size = self.options.batch_size
        if self._items:
            x, y = self._rows(text, self._steps)
            size = size if shuffle else ITEM_BATCH
        else:
            x, y = language_model_arrays(
                self.tokens(text), batch_size=size, window=self._window, stateful=self._stateful
            )
        return ArrayFeed(x, y, batch_size=size, seed=seed, shuffle=shuffle)

    def tokens(self, text: str) -> np.ndarray:
        """Running text as token numbers, `int32[tokens]`; words with the ends of lines."""
        if not self._by_line:
            return self.language.transform(text)
        return self.language.transform(text.removesuffix("\n").split("\n"))

    def _rows(self, items: Sequence[str], steps: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Items and their targets, padded to at least `steps`."""
        rows = self.language.transform(items)
        rows = np.pad(rows, ((0, 0), (0, max(0, steps + 1 - rows.shape[1]))))
        x, y = rows[:, :-1].copy(), rows[:, 1:].copy()
        # Nothing follows the end, so the end is not read: its place is padding, which no loss
        # counts.
        x[x == self.language.vocabulary.special(END)] = 0
        return x, y

    def predict(self, model: keras.Model, x: Any) -> np.ndarray:
        """Scores of the text: its nats, right guesses and tokens, `float64[rows, 3]`.

        A row is an item, or 128 tokens of running text. The state is carried through running
        text whatever the batches of the training were.
        """
        return self._by_row(x, self._scores(model, x))

    def scores_apart(self, model: keras.Model, split: Split) -> dict[str, float]:
        """With a `dynamic_rate`, loss and perplexity of the model that goes on learning."""
        if not self._dynamic_rate:
            return {}
        nats = dynamic_nats(model, self.tokens(split.x), rate=self._dynamic_rate)
        return loss_and_perplexity(nats.mean(), prefix="dynamic_")

    def _scores(self, model: keras.Model, x: Any) -> TokenScores:
        reader = TokenReader(model)
        return reader.items(*self._rows(x)) if self._items else reader.stream(self.tokens(x))

    def _by_row(self, x: Any, scores: TokenScores) -> np.ndarray:
        if self._items:
            sizes = (self._rows(x)[1] != 0).sum(axis=1)
            starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        else:
            starts = np.arange(0, len(scores.nats), ROW)
        return score_rows(scores, starts)

    def measure(self, predictions: np.ndarray, y: Any = None) -> dict[str, float]:
        """Nats per token, perplexity and accuracy, see `measure_rows`."""
        return measure_rows(predictions)

    def baseline(self, split: Split, *, with_validation: bool = False) -> tuple[str, np.ndarray]:
        """Kneser-Ney counts of the same text; the validation text chooses their order."""
        orders = ORDERS.get(self._kind, WORD_ORDERS)
        fitted = [self._counts(order, self.dataset.train.x) for order in orders]
        held_out = [self._counted(model, self.dataset.validation.x) for model in fitted]
        best = int(np.argmin([scores.nats.mean() for scores in held_out]))
        model = fitted[best]
        if with_validation:
            model = self._counts(orders[best], self.training_rows(with_validation=True).x)
        scores = self._counted(model, split.x)
        return f"Kneser-Ney, order {orders[best]}", self._by_row(split.x, scores)

    def _counts(self, order: int, text: Any) -> KneserNey:
        size = len(self.language.vocabulary)
        start = self.language.vocabulary.special(START)
        model = (
            KneserNey(order, vocabulary_size=size + 1, start=size)
            if start is None
            else KneserNey(order, vocabulary_size=size, start=start, impossible=1)
        )
        return model.fit(self._sequences(text))

    def _counted(self, model: KneserNey, x: Any) -> TokenScores:
        nats = -model.log_probabilities(self._sequences(x))
        # The network does not score the first token of a text, which has nothing before it.
        nats = nats if self._items else nats[1:]
        return TokenScores(nats, np.full(len(nats), np.nan))

    def _sequences(self, x: Any) -> list[np.ndarray]:
        if not self._items:
            return [self.tokens(x)]
        return [row[row != 0] for row in self._rows(x)[1]]

    def figures_and_reports(
        self, predictions: np.ndarray, split: Split, *, model: keras.Model
    ) -> tuple[dict[str, Figure], dict[str, Any]]:
        """Which tokens the loss consists of; the rows of predictions do not tell tokens apart."""
        scores = self._scores(model, split.x)
        if self._items:
            y = self._rows(split.x)[1]
            targets = y[y != 0]
        else:
            targets = self.tokens(split.x)[1:]
        size = len(self.language.vocabulary)
        nats = np.bincount(targets, weights=scores.nats, minlength=size)
        counts = np.bincount(targets, minlength=size)
        return {"surprise": surprise_figure(nats, counts, self.language.vocabulary.tokens)}, {}

    def notes(self, model: keras.Model) -> dict[str, str]:
        """Texts that the model writes, and those of the same network before training."""
        untrained = type(model).from_config(model.get_config())
        texts = {
            "before training": self._samples(untrained),
            "after training": self._samples(model),
        }
        return {"samples.txt": "\n\n".join(f"# {title}\n{text}" for title, text in texts.items())}

    def _samples(self, model: keras.Model) -> str:
        writer = Writer(model, self.language)
        if self._items:
            return "\n".join(writer.write(texts=SAMPLES, length=40))
        return "\n---\n".join(writer.write(texts=2, length=200, temperature=0.8))

    def serving_config(self) -> dict[str, Any]:
        """The vocabulary, and how texts are continued."""
        length, temperature = (40, 1.0) if self._items else (200, 0.8)
        return {
            "inputs": self.language.to_config(),
            "outputs": {
                "kind": "continuation",
                "length": length,
                "temperature": temperature,
                "seed": 0,
            },
        }

    def raw_example(self) -> Any:
        """Two prompts in a column `text`."""
        import pandas as pd

        text = self.dataset.train.x
        first = [item[:2] for item in text[:2]] if self._items else [text[:20], text[20:40]]
        return pd.DataFrame({"text": first})


class ResetStates(keras.callbacks.Callback):
    """Sets carried states to zero where training and validation begin to read."""

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: D102
        reset_states(self.model)

    def on_test_begin(self, logs: Any = None) -> None:  # noqa: D102
        reset_states(self.model)
