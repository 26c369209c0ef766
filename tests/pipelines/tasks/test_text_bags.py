"""Bags of n-grams as a task: what they learn, how they are served, what they are compared with."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from pipelines.datasets.containers import SealedSplit, Split
from pipelines.serving.bundle import Bundle
from pipelines.training.saving import save_model
from tests.pipelines.tasks.small_data import small_experiment, texts


def _negations(count, seed):
    """Reviews in which pairs of words decide, and no word alone."""
    generator = np.random.default_rng(seed)
    y = np.arange(count) % 2
    first = generator.integers(0, 2, count)
    found = [
        f"{('a', 'the')[generator.integers(2)]} film, {('not', 'so')[a]} {('good', 'bad')[b]}"
        for a, b in zip(first, first ^ y, strict=True)
    ]
    return Split(found, y)


def _names(count, seed):
    """Names that no training text holds, whose endings decide."""
    generator = np.random.default_rng(seed)
    y = np.arange(count) % 2
    letters = generator.choice(list("aeklmnrst"), (count, 7))
    return Split(
        [f"{''.join(row)}{('ski', 'ova')[c]}" for row, c in zip(letters, y, strict=True)], y
    )


def _experiment(make, **params):
    data = dataclasses.replace(
        texts(),
        train=make(96, 0),
        validation=make(32, 1),
        test=SealedSplit(make(32, 2)),
        classes=("first", "second"),
    )
    return small_experiment("text-bag-classification", data=data, **params)


def _accuracy(experiment):
    model, _ = experiment.train()
    return experiment.task.score(model, experiment.dataset.validation)["accuracy"]


def test_pairs_of_words_are_words_of_their_own():
    params = {"learning_rate": 0.05, "epochs": 8}
    assert _accuracy(_experiment(_negations, word_ngrams=2, **params)) == 1.0
    assert _accuracy(_experiment(_negations, word_ngrams=1, **params)) < 0.8


def test_new_names_are_read_by_their_letters():
    both = _experiment(_names, word_ngrams=2, character_ngrams=3, min_frequency=2)
    assert _accuracy(both) == 1.0
    name, predictions = both.task.baseline(both.dataset.validation)
    assert name == "bag-of-words regression"
    assert both.task.measure(predictions, both.dataset.validation.y)["accuracy"] > 0.9


def test_an_untrained_model_of_two_classes_is_naive_bayes_with_one_logit_or_two():
    two, one = _experiment(_names), _experiment(_names, loss="binary_crossentropy")
    x = two.dataset.validation.x
    logits = two.task.predict(two.build(total_steps=1), x)
    single = one.task.predict(one.build(total_steps=1), x)
    assert one.build(total_steps=1).output_shape == (None, 1)
    np.testing.assert_allclose(logits[:, 0], -logits[:, 1], atol=1e-6)
    np.testing.assert_allclose(single[:, 1], logits[:, 1], atol=1e-6)


def test_the_served_model_takes_raw_texts(tmp_path):
    experiment = small_experiment("text-bag-classification")
    model, _ = experiment.train()
    path = save_model(experiment, model, tmp_path)
    bundle = Bundle.load(path.parent)
    raw = list(experiment.dataset.validation.x)
    logits = experiment.task.predict(model, raw)
    answer = bundle.predict([*raw, "§"])
    classes = np.array(experiment.dataset.classes)
    assert answer["prediction"].tolist()[:-1] == classes[logits.argmax(1)].tolist()
    assert len(bundle.predict(experiment.task.raw_example())) == 2


def test_ngrams_and_ratios_are_of_training_texts_alone():
    experiment = small_experiment("text-bag-classification")
    data = dataclasses.replace(
        experiment.dataset, validation=Split(["entirely other"], np.array([0]))
    )
    other = small_experiment("text-bag-classification", data=data)
    assert other.task.texts.to_config() == experiment.task.texts.to_config()
    ours, theirs = experiment.task.model_arguments(), other.task.model_arguments()
    np.testing.assert_array_equal(ours["log_count_ratios"], theirs["log_count_ratios"])


def test_no_ngrams_at_all_are_refused():
    with pytest.raises(ValueError, match="of words, of characters or both"):
        small_experiment("text-bag-classification", word_ngrams=0)
