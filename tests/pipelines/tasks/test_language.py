"""Language models on small texts: scores against whole-text passes, conventions of end tokens."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from cookbook.models.language_models import language_model
from pipelines.datasets.containers import Dataset, SealedSplit, Split
from pipelines.hyperparameters.options import TrainingOptions
from pipelines.recipes.recipe import Recipe
from pipelines.serving.bundle import Bundle
from pipelines.serving.writing import Writer
from pipelines.tasks.dynamic_reading import dynamic_nats
from pipelines.tasks.language import LanguageModel
from pipelines.tasks.reading import TokenReader
from pipelines.training.experiment import Experiment
from pipelines.training.saving import save_model
from tuning import Space

NAMES = ["anna", "bo", "cleo", "dana", "ed", "fay", "gus", "hal"]
TEXT = "the cat sat\non the mat\n\nthe dog ran\n" * 12


def _dataset(train, validation, test):
    unit = "stream" if isinstance(train, str) else "line"
    return Dataset(
        name="small",
        modality="language-model",
        task="language-model",
        train=Split(train),
        validation=Split(validation),
        test=SealedSplit(Split(test)),
        fingerprint="0" * 64,
        options={"unit": unit},
    )


def _names():
    return _dataset(NAMES, ["fred", "ann"], ["gusto", "bea"])


def _stream():
    return _dataset(TEXT, TEXT[:300], TEXT[100:400])


def _experiment(dataset, **params):
    recipe = Recipe(
        name="small",
        summary="",
        dataset="plain-text",
        task="language-model",
        builder="cookbook.models.language_models:language_model",
        defaults={
            "embedding_dim": 8,
            "units": (16,),
            "learning_rate": 1e-2,
            "batch_size": 4,
            "epochs": 3,
            "window": 10,
        },
        space=Space({}),
        metric="val_loss",
        direction="minimize",
        source="",
    )
    return Experiment(recipe, params, dataset, seed=0)


def _task(dataset, extra=None):
    return LanguageModel(dataset, TrainingOptions(), extra or {})


def _log_softmax(logits):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("cell", "tied", "length"),
    [("simple_rnn", False, 2), ("gru", True, 40), ("lstm", False, 40), ("lstm", True, 1100)],
)
def test_stream_scores_are_those_of_one_pass_over_the_text(cell, tied, length):
    # 1,100 tokens are read in two parts, of which the second first reads a warm-up: after 256
    # tokens these small cells have forgotten how they began.
    model = language_model(7, cell=cell, embedding_dim=4, units=(5, 6), tied=tied, seed=1)
    tokens = np.random.default_rng(0).integers(0, 7, length)
    scores = TokenReader(model).stream(tokens)
    logits = model.predict(tokens[np.newaxis, :-1], verbose=0)[0].astype(np.float64)
    expected = -_log_softmax(logits)[np.arange(length - 1), tokens[1:]]
    np.testing.assert_allclose(scores.nats, expected, atol=1e-5)
    np.testing.assert_array_equal(scores.hits, logits.argmax(axis=-1) == tokens[1:])


def test_item_scores_count_the_end_and_nothing_after_it():
    task = _task(_names())
    model = language_model(len(task.language.vocabulary), embedding_dim=4, units=(5,), seed=1)
    names = ["anna", "bo"]
    predictions = task.predict(model, names)
    assert predictions[:, 2].tolist() == [5, 3]  # letters and the end token
    for row, name in zip(predictions, names, strict=True):
        alone = task.language.transform([name])[0]
        logits = model(alone[np.newaxis, :-1]).numpy()[0].astype(np.float64)
        expected = -_log_softmax(logits)[np.arange(len(name) + 1), alone[1:]].sum()
        assert row[0] == pytest.approx(expected, rel=1e-5)


def test_measures_are_per_token():
    rows = np.array([[3.0, 1.0, 2.0], [1.0, 2.0, 2.0]])
    measured = _task(_names()).measure(rows)
    assert measured == pytest.approx({"loss": 1.0, "perplexity": np.e, "accuracy": 0.75})


@pytest.mark.exhaustive
def test_a_rate_asks_for_scores_apart_and_changes_no_other():
    text = "abcdef" * 40
    dataset = _dataset(text, text, text)
    still, dynamic = _task(dataset), _task(dataset, {"dynamic_rate": 0.5})
    model, split = language_model(7, embedding_dim=4, units=(8,), seed=1), dataset.validation
    assert still.scores_apart(model, split) == {}
    expected = still.score(model, split, None)
    loss = dynamic_nats(model, dynamic.tokens(text), rate=0.5).mean()
    apart = dynamic.scores_apart(model, split)
    assert apart == pytest.approx({"dynamic_loss": loss, "dynamic_perplexity": np.exp(loss)})
    assert dynamic.score(model, split, None) == expected
    assert loss < expected["loss"]


def test_items_have_nothing_to_go_on_learning_from():
    with pytest.raises(ValueError, match=r"needs running text.* dynamic_rate=0\.5"):
        _task(_names(), {"dynamic_rate": 0.5})


def test_ends_of_lines_are_words_and_empty_lines_count():
    task = _task(_stream(), {"token_kind": "whitespace"})
    text = "the cat\n\nran\n"
    end = task.language.vocabulary.special("<end>")
    assert (task.tokens(text) == end).tolist() == [False, False, True, True, False, True]


def test_characters_keep_their_line_feeds():
    task = _task(_stream())
    assert task.language.vocabulary.decode(task.tokens("a\nt")) == "a\nt"


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("make", "params"),
    [
        (_names, {}),
        pytest.param(_names, {"unroll": True, "cell": "gru"}, marks=pytest.mark.slow),
        pytest.param(_stream, {}, marks=pytest.mark.slow),
        (_stream, {"stateful": True}),
        (_names, {"members": 2}),
        pytest.param(_stream, {"stateful": True, "members": 2}, marks=pytest.mark.slow),
        (_stream, {"token_kind": "word", "stateful": True, "tied": True}),
        pytest.param(
            _stream, {"token_kind": "subword", "max_vocabulary": 270}, marks=pytest.mark.slow
        ),
    ],
)
def test_trains_scores_writes_and_serves(make, params, tmp_path):
    dataset = make()
    experiment = _experiment(dataset, **params)
    model, history = experiment.train()
    assert history["loss"][-1] < history["loss"][0]
    scores = experiment.task.score(model, dataset.validation)
    assert scores["perplexity"] == pytest.approx(np.exp(scores["loss"]))
    name, counts = experiment.task.baseline(dataset.validation)
    assert name.startswith("Kneser-Ney")
    predicted = experiment.task.predict(model, dataset.validation.x)
    assert counts.shape == predicted.shape
    assert set(experiment.task.measure(counts)) == {"loss", "perplexity"}
    shown, _ = experiment.task.figures_and_reports(predicted, dataset.validation, model=model)
    assert set(shown) == {"surprise"}
    notes = experiment.task.notes(model)["samples.txt"]
    assert "before training" in notes
    assert "after training" in notes
    path = save_model(experiment, model, tmp_path)
    frame = Bundle.load(path.parent).predict(experiment.task.raw_example())
    assert list(frame.columns) == ["prompt", "continuation"]
    assert len(frame) == 2


def test_validation_loss_of_items_is_the_score():
    dataset = _names()
    experiment = _experiment(dataset)
    model, history = experiment.train()
    score = experiment.task.score(model, dataset.validation)
    assert history["val_loss"][-1] == pytest.approx(score["loss"], rel=1e-5)
    assert history["val_accuracy"][-1] == pytest.approx(score["accuracy"])


def test_carried_state_begins_at_zero_in_every_epoch():
    dataset = _stream()
    experiment = _experiment(dataset, stateful=True, epochs=2, learning_rate=1e-12)
    _, history = experiment.train()
    # With hardly any learning, epochs and validations repeat each other.
    assert history["loss"][0] == pytest.approx(history["loss"][1], rel=1e-6)
    assert history["val_loss"][0] == pytest.approx(history["val_loss"][1], rel=1e-6)


def test_writing_is_repeatable_and_never_gives_special_tokens():
    task = _task(_names())
    model = language_model(len(task.language.vocabulary), embedding_dim=4, units=(5,), seed=1)
    writer = Writer(model, task.language)
    texts = writer.write("an", texts=5, length=30, seed=3)
    assert texts == writer.write("an", texts=5, length=30, seed=3)
    assert set("".join(texts)) <= set("".join(NAMES))


@pytest.mark.exhaustive
def test_lines_of_words_are_continued_after_their_end():
    lines = "one two\nthree four\n" * 60
    dataset = _dataset(lines, lines[:400], lines[:400])
    experiment = _experiment(dataset, epochs=30, token_kind="word")  # noqa: S106 - no password
    model, _ = experiment.train()
    writer = Writer(model, experiment.task.language)
    assert writer.write("one two\nthree", length=3) == ["four\none"]
    assert writer.write(length=2)[0] in ("one two", "three four")


def test_a_learned_text_is_continued():
    dataset = _dataset("abc" * 200, "abc" * 40, "abc" * 40)
    experiment = _experiment(dataset, epochs=30)
    model, _ = experiment.train()
    assert Writer(model, experiment.task.language).write("ab", length=6) == ["cabcab"]
    assert experiment.task.score(model, dataset.validation)["loss"] < 0.1


def test_a_text_of_one_token_cannot_be_scored():
    with pytest.raises(ValueError, match=r"needs two tokens. Got 1"):
        TokenReader(language_model(7, embedding_dim=4, units=(5,))).stream(np.array([1]))


def test_other_models_cannot_be_read():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="needs a model of `language_model`"):
        TokenReader(model)
