"""Classification of texts on a small generated language."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cookbook.models.recurrent_classifiers import text_classifier
from pipelines.datasets.containers import Dataset, SealedSplit, Split
from pipelines.hyperparameters.options import TrainingOptions
from pipelines.recipes.recipe import Recipe
from pipelines.serving.bundle import Bundle
from pipelines.serving.text_inputs import as_texts
from pipelines.tasks.texts import TextClassification, TextFeed
from pipelines.training.experiment import Experiment
from pipelines.training.saving import save_model
from tuning import Space


def _split(count, seed):
    generator = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    filler = ["film", "story", "actor", "scene", "music"]
    texts = []
    for label in labels:
        words = list(generator.choice(filler, generator.integers(2, 9)))
        words.insert(generator.integers(len(words)), ["awful", "great"][label])
        texts.append(" ".join(words).capitalize() + ".")
    return Split(texts, labels)


def _dataset():
    return Dataset(
        name="small",
        modality="text",
        task="classification",
        train=_split(96, 0),
        validation=_split(32, 1),
        test=SealedSplit(_split(32, 2)),
        classes=("bad", "good"),
        fingerprint="0" * 64,
    )


def _experiment(**params):
    recipe = Recipe(
        name="small",
        summary="",
        dataset="text-classes",
        task="text-classification",
        builder="cookbook.models.recurrent_classifiers:text_classifier",
        defaults={
            "embedding_dim": 8,
            "units": (8,),
            "pooling": "max",
            "learning_rate": 1e-2,
            "batch_size": 16,
            "epochs": 6,
        },
        space=Space({}),
        metric="val_accuracy",
        direction="maximize",
        source="",
    )
    return Experiment(recipe, params, _dataset(), seed=0)


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "params",
    [
        {},
        {"bidirectional": True, "cell": "gru", "dropout": 0.1},
        pytest.param(
            {"token_kind": "subword", "max_vocabulary": 300, "max_length": 30, "keep": "last"},
            marks=pytest.mark.slow,
        ),
    ],
)
def test_learns_the_words_that_decide(params, tmp_path):
    experiment = _experiment(**params)
    model, history = experiment.train()
    validation = experiment.dataset.validation
    score = experiment.task.score(model, validation)
    assert score["accuracy"] > 0.9
    assert history["val_accuracy"][-1] == pytest.approx(score["accuracy"])
    assert history["val_loss"][-1] == pytest.approx(score["crossentropy"], rel=1e-4)
    path = save_model(experiment, model, tmp_path)
    served = Bundle.load(path.parent).predict(["A great film", "An awful film", "!"])
    assert served["prediction"].tolist()[:2] == ["good", "bad"]
    assert len(Bundle.load(path.parent).predict(experiment.task.raw_example())) == 2


def test_baseline_and_figures():
    experiment = _experiment()
    validation = experiment.dataset.validation
    name, predictions = experiment.task.baseline(validation)
    assert name == "bag-of-words regression"
    scores = experiment.task.measure(predictions, validation.y)
    assert scores["accuracy"] > 0.9
    model = experiment.build(total_steps=1)
    figures, reports = experiment.task.figures_and_reports(predictions, validation, model=model)
    assert set(figures) == {"confusion", "classification-report", "class-balance"}
    assert set(reports) == {*figures, "calibration"}


def test_predictions_do_not_depend_on_company():
    task = TextClassification(_dataset(), TrainingOptions(), {})
    model = text_classifier(len(task.texts.vocabulary), 2, embedding_dim=4, units=(5,), seed=0)
    texts = task.dataset.validation.x
    alone = np.concatenate([task.predict(model, [text]) for text in texts[:6]])
    np.testing.assert_allclose(task.predict(model, texts)[:6], alone, atol=1e-6)


def test_every_text_is_in_one_batch_of_an_epoch():
    feed = TextFeed([[n + 1] * (1 + n % 5) for n in range(23)], np.arange(23), batch_size=4)
    state = feed.start(3)
    batches = [feed.batch(state, step) for step in range(feed.steps)]
    labels = np.concatenate([y.numpy() for _, y in batches])
    assert sorted(labels.tolist()) == list(range(23))
    for x, y in batches:
        np.testing.assert_array_equal(x.numpy()[:, 0], y.numpy() + 1)


def test_order_repeats_with_the_seed_and_changes_with_the_epoch():
    feed, again = (TextFeed([[1]] * 50, np.zeros(50), batch_size=4, seed=7) for _ in range(2))
    np.testing.assert_array_equal(feed.start(1), again.start(1))
    assert (feed.start(1).numpy() != feed.start(2).numpy()).any()


def test_texts_and_labels_of_different_length_are_refused():
    with pytest.raises(ValueError, match="Got 1 texts and 2 labels"):
        TextFeed([[1]], np.zeros(2), batch_size=1)


def test_no_text_is_refused():
    task = TextClassification(_dataset(), TrainingOptions(), {})
    model = text_classifier(len(task.texts.vocabulary), 2, embedding_dim=4, units=(5,))
    with pytest.raises(ValueError, match="at least one text"):
        task.predict(model, [])


@pytest.mark.parametrize(
    "raw",
    [
        ["a", "b"],
        np.array(["a", "b"], dtype=object),
        pd.Series(["a", "b"]),
        pd.DataFrame({"other": ["a", "b"]}),
        pd.DataFrame({"number": [1, 2], "text": ["a", "b"]}),
    ],
)
def test_texts_come_in_many_forms(raw):
    assert as_texts(raw) == ["a", "b"]


@pytest.mark.parametrize(
    ("raw", "error", "message"),
    [
        (pd.DataFrame({"a": ["x"], "b": ["y"]}), ValueError, r"column named 'text'"),
        (["a", 3], TypeError, "Row 1 is 3"),
    ],
)
def test_what_is_no_text_is_refused(raw, error, message):
    with pytest.raises(error, match=message):
        as_texts(raw)
