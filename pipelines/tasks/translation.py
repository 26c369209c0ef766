"""Translation of sentences by an encoder-decoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from cookbook.models.seq2seq import ScheduledSampling, inverse_sigmoid_rate
from pipelines.baselines.translators import TRANSLATORS, SimpleTranslator, best_translator
from pipelines.datasets.formats.pairs import references
from pipelines.figures import exact_match_figure
from pipelines.inputs.feeds import ArrayFeed, DatasetFeed, Feed
from pipelines.inputs.indexed import count_steps
from pipelines.inputs.pairs import pair_batches
from pipelines.preprocessing.pairs import PairPreprocessor
from pipelines.preprocessing.tokenizer import Tokenizer
from pipelines.preprocessing.vocabulary import UNKNOWN
from pipelines.serving.translating import Translator
from pipelines.tasks.base import Task
from pipelines.tasks.losses import label_loss
from pipelines.tasks.translation_scores import translation_scores

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pipelines.datasets.containers import Split

VALIDATION_BATCH = 256
# Above this share of padding, batches of sentences of like length are worth their cost.
MOST_PADDING = 0.5
SAMPLES = 12
# About so many validation rows choose the simple method.
CHOSEN_ON = 1000


class Translation(Task):
    """Source sentences to target sentences.

    The decoder is fed the target shifted by one (teacher forcing); padding counts in no loss
    and no metric. With `sampling_half_life` above 0 it is fed its own guesses more and more
    often (scheduled sampling, Bengio et al. 2015).

    `val_loss` and `val_accuracy` are those of the next token after a true beginning. BLEU and
    exact match are those of whole translations, which the model writes alone.

    Its own hyperparameters: `token_kind` (`"word"`, `"whitespace"`, `"character"` or
    `"subword"`), `max_vocabulary` (tokens per side, 0 for all), `min_frequency`, `max_length`
    (tokens of a sentence, 0 for all), `sampling_half_life` (epochs, 0 for none) and `beam_width`
    (candidates of a translation; 1, the usual one, takes the likeliest word at every step).
    """

    extra_names = frozenset(
        {
            "token_kind",
            "max_vocabulary",
            "min_frequency",
            "max_length",
            "sampling_half_life",
            "beam_width",
        }
    )

    def __init__(self, dataset: Any, options: Any, extra: Any) -> None:
        super().__init__(dataset, options, extra)
        self._beam_width = int(self.extra.get("beam_width", 1))
        self._half_life = float(self.extra.get("sampling_half_life", 0))
        self.pairs = PairPreprocessor(
            Tokenizer(kind=self.extra.get("token_kind", "word"), lowercase=True),
            max_size=self.extra.get("max_vocabulary") or None,
            min_frequency=int(self.extra.get("min_frequency", 1)),
            max_length=self.extra.get("max_length") or None,
        )
        # Characters and pieces are joined without spaces, so words are what is compared.
        tokenizer = self.pairs.target.tokenizer
        has_words = tokenizer.kind in ("word", "whitespace")
        self._words = tokenizer if has_words else Tokenizer(lowercase=True)
        self.pairs.fit(dataset.train.x, dataset.train.y)
        _, targets = self.pairs.sequences(dataset.train.x, dataset.train.y)
        # Some more than the longest target seen: a translation need not be cut short.
        self._length = max(map(len, targets)) + 5

    def model_arguments(self) -> dict[str, Any]:
        """Sizes of both vocabularies, and whether scheduled sampling is built in."""
        return {
            "source_vocabulary": len(self.pairs.source),
            "target_vocabulary": len(self.pairs.target),
            "scheduled_sampling": self._half_life > 0,
        }

    def loss(self) -> keras.losses.Loss:
        """Cross-entropy of the next token, in nats, over tokens that are no padding."""
        return label_loss(self.options)

    def metrics(self) -> list[keras.metrics.Metric]:
        """Accuracy of the next token after a true beginning."""
        return [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]

    def callbacks(self) -> list[keras.callbacks.Callback]:
        """The rate of scheduled sampling."""
        if not self._half_life:
            return []
        return [ScheduledSampling(inverse_sigmoid_rate(self._half_life))]

    def training_feed(self, *, seed: int, with_validation: bool) -> Feed:
        """Pairs in random order; of like length where much would be padding."""
        data = self.training_rows(with_validation=with_validation)
        return self._feed(data, size=self.options.batch_size, seed=seed, shuffle=True)

    def validation_feed(self) -> Feed:
        """Validation pairs in order."""
        return self._feed(self.dataset.validation, size=VALIDATION_BATCH)

    def _feed(self, split: Split, *, size: int, seed: int = 0, shuffle: bool = False) -> Feed:
        sources, targets = self.pairs.sequences(split.x, split.y)
        if _padding(sources) <= MOST_PADDING and _padding(targets) <= MOST_PADDING:
            x, y = self.pairs.transform_pairs(split.x, split.y)
            return ArrayFeed(x, y, batch_size=size, seed=seed, shuffle=shuffle)
        return DatasetFeed(
            lambda epoch: pair_batches(
                sources,
                targets,
                batch_size=size,
                shuffle=shuffle,
                seed=seed,
                epoch=epoch,
                epochs=None,
            ),
            steps=count_steps(len(sources), size),
            samples=len(sources),
            repeats=not shuffle,
        )

    def predict(self, model: keras.Model, x: Any) -> np.ndarray:
        """Sources and their translations, `str[samples, 2]` as objects.

        The source stands beside its translation because a source with several known
        translations has a row for each of them: `measure` scores it once, against all.
        """
        translator = Translator(model, self.pairs, length=self._length, beam_width=self._beam_width)
        return self._answers(x, translator)

    def measure(self, predictions: np.ndarray, y: Any) -> dict[str, float]:
        """BLEU in [0, 100] and share of exact matches, over the different source sentences.

        Both sides are compared as tokens in small letters; see `translation_scores`.
        """
        known: dict[str, list[str]] = {}
        for source, target in zip(predictions[:, 0], y, strict=True):
            known.setdefault(source, []).append(self._as_tokens(target))
        return translation_scores(self._by_source(predictions), known)

    def baseline(self, split: Split, *, with_validation: bool = False) -> tuple[str, np.ndarray]:
        """The nearest training sentence or a phrase table, whichever has the better BLEU.

        The choice is made on validation rows that lie evenly among all: files of pairs are often
        sorted by length.
        """
        train, validation = self.dataset.train, self.dataset.validation
        every = slice(None, None, max(1, len(validation.x) // CHOSEN_ON))
        x, y = validation.x[every], validation.y[every]

        def bleu(translator: SimpleTranslator) -> float:
            return self.measure(self._answers(x, translator.translate), y)["bleu"]

        name, best = best_translator((train.x, train.y), self._words.split, bleu)
        if with_validation:
            rows = self.training_rows(with_validation=True)
            best = TRANSLATORS[name](self._words.split).fit(rows.x, rows.y)
        return name, self._answers(split.x, best.translate)

    def figures_and_reports(
        self, predictions: np.ndarray, split: Split, *, model: keras.Model
    ) -> tuple[dict[str, Figure], dict[str, Any]]:
        """Exact matches by length of the source."""
        known = references(split)
        translations = self._by_source(predictions)
        hits = [
            translations[source] in map(self._as_tokens, targets)
            for source, targets in known.items()
        ]
        lengths = [len(self.pairs.source.tokenizer.split(source)) for source in known]
        return {"exact-match": exact_match_figure(np.array(lengths), np.array(hits))}, {}

    def notes(self, model: keras.Model) -> dict[str, str]:
        """Translations of validation sentences, before training and after."""
        known = references(self.dataset.validation)
        sources = list(known)[:: max(1, len(known) // SAMPLES)][:SAMPLES]
        untrained = type(model).from_config(model.get_config())
        before = self._by_source(self.predict(untrained, sources))
        after = self._by_source(self.predict(model, sources))
        entries = [
            f"source     {source}\nreference  {' | '.join(known[source])}\n"
            f"untrained  {before[source]}\ntrained    {after[source]}"
            for source in sources
        ]
        return {"translations.txt": "\n\n".join(entries) + "\n"}

    def serving_config(self) -> dict[str, Any]:
        """Both vocabularies, and the longest translation."""
        return {
            "inputs": self.pairs.to_config(),
            "outputs": {
                "kind": "translation",
                "length": self._length,
                "beam_width": self._beam_width,
            },
        }

    def raw_example(self) -> Any:
        """Two source sentences in a column `text`."""
        import pandas as pd

        return pd.DataFrame({"text": list(self.dataset.train.x[:2])})

    def _answers(self, x: Sequence[str], translate: Any) -> np.ndarray:
        different = list(dict.fromkeys(x))
        found = dict(zip(different, translate(different), strict=True))
        rows = np.empty((len(x), 2), dtype=object)
        rows[:, 0] = list(x)
        rows[:, 1] = [self._as_tokens(found[source]) for source in x]
        return rows

    def _by_source(self, predictions: np.ndarray) -> dict[str, str]:
        return dict(predictions.tolist())

    def _as_tokens(self, text: str) -> str:
        # An unknown word that the model wrote stays one token.
        parts = text.split(UNKNOWN)
        return f" {UNKNOWN} ".join(" ".join(self._words.split(part)) for part in parts).strip()


def _padding(rows: Sequence[np.ndarray]) -> float:
    """Share of padding if all rows were as long as the longest."""
    lengths = np.array([len(row) for row in rows])
    return 1 - float(lengths.mean() / lengths.max())
