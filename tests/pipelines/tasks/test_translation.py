"""Translation: the same tokens greedily, masks, references, and a model that learns a language."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import sacrebleu

from cookbook.decoding import beam_search, greedy
from cookbook.models.recurrent_steps import StepwiseDecoder
from cookbook.models.seq2seq import ScheduledSampling, encoder_decoder
from pipelines.baselines.nearest_sentence import NearestSentence
from pipelines.datasets.containers import Dataset, SealedSplit, Split
from pipelines.hyperparameters.options import TrainingOptions, check_parameter_names
from pipelines.inputs.feeds import ArrayFeed, DatasetFeed
from pipelines.recipes.registry import load_recipe
from pipelines.serving.beams import ALPHA
from pipelines.serving.bundle import Bundle
from pipelines.serving.translating import Translator
from pipelines.tasks.translation import Translation
from pipelines.tasks.translation_scores import translation_scores
from pipelines.training.experiment import Experiment
from pipelines.training.saving import save_model

SUBJECTS = {"je": "i", "tu": "you", "il": "he", "nous": "we"}
VERBS = {"vois": "see", "veux": "want", "prends": "take", "perds": "lose"}
OBJECTS = {"pain": "bread", "livre": "book", "chat": "cat", "mur": "wall", "sel": "salt"}


def _sentences():
    """Word for word, the object before the verb: an order that must be learned."""
    return [
        (f"{s} {o} {v} .", f"{SUBJECTS[s]} {VERBS[v]} {OBJECTS[o]} .")
        for s in SUBJECTS
        for o in OBJECTS
        for v in VERBS
    ]


def _dataset(long=False):
    pairs = _sentences()
    order = np.random.default_rng(0).permutation(len(pairs))
    parts = [[pairs[i] for i in rows] for rows in np.split(order, [60, 70])]
    if long:
        parts[0].append(("tu " * 30 + ".", "you " * 30 + "."))
    train, validation, test = (
        Split([source for source, _ in part], [target for _, target in part]) for part in parts
    )
    return Dataset(
        name="word-for-word",
        modality="pairs",
        task="translation",
        train=train,
        validation=validation,
        test=SealedSplit(test),
        fingerprint="0" * 64,
    )


SMALL = {
    "attention": "additive",
    "units": 32,
    "embedding_dim": 16,
    "min_frequency": 1,
    "label_smoothing": 0.0,
    "ema": 0.0,
}


def _experiment(**params):
    given = {**SMALL, **params}
    return Experiment(load_recipe("eng-fra-seq2seq"), given, _dataset(), seed=0)


@pytest.mark.parametrize("name", ["eng-fra-seq2seq", "translation"])
def test_recipe_names_are_accepted(name):
    recipe = load_recipe(name)
    names = {*recipe.defaults, *recipe.space.dimensions, *recipe.tiny}
    extra = Translation.extra_names
    check_parameter_names(dict.fromkeys(names), recipe.builder, extra=extra)


@pytest.mark.parametrize(
    "settings",
    [
        {"cell": "gru"},
        pytest.param(
            {"cell": "lstm", "attention": "additive", "bidirectional": True},
            marks=pytest.mark.exhaustive,
        ),
        pytest.param({"cell": "gru", "attention": "multiplicative"}, marks=pytest.mark.exhaustive),
    ],
)
def test_the_compiled_translator_writes_what_the_stepwise_search_writes(settings):
    dataset = _dataset()
    task = Translation(dataset, TrainingOptions(), {})
    pairs = task.pairs
    keras.utils.set_random_seed(3)
    model = encoder_decoder(
        len(pairs.source), len(pairs.target), units=16, embedding_dim=8, **settings
    )
    texts = [*dataset.train.x[:5], "je vois", "tu"]
    step = StepwiseDecoder(model)
    state = step.start(pairs.transform(texts))
    first = np.full(len(texts), pairs.start_id)
    options = {"end": pairs.end_id, "max_length": 6}
    expected = greedy(step, first, state, **options).tokens
    assert Translator(model, pairs, length=6)(texts) == pairs.decode(expected)
    beams = beam_search(step, first, state, width=3, alpha=ALPHA, **options)
    translator = Translator(model, pairs, length=6, beam_width=3)
    assert translator(texts) == pairs.decode(beams.best().tokens)


@pytest.mark.exhaustive
def test_it_learns_an_order_of_words_and_serves_it(tmp_path):
    experiment = _experiment(epochs=60, dropout=0.0, learning_rate=5e-3, batch_size=16)
    model, history = experiment.train()
    validation = experiment.dataset.validation
    scores = experiment.task.score(model, validation)
    assert history["loss"][-1] < 0.1
    assert scores["bleu"] > 70
    name, simple = experiment.task.baseline(validation)
    # The sentences asked for were not seen, but all their words were.
    assert name == "phrase table"
    assert experiment.task.measure(simple, validation.y)["exact_match"] == 1
    train = experiment.dataset.train
    nearest = NearestSentence(str.split).fit(train.x, train.y)
    looked_up = experiment.task._answers(validation.x, nearest.translate)
    # Seen sentences are not the ones asked for, so looking up hits none.
    assert experiment.task.measure(looked_up, validation.y)["exact_match"] == 0
    assert scores["bleu"] > experiment.task.measure(looked_up, validation.y)["bleu"]
    path = save_model(experiment, model, tmp_path)
    frame = Bundle.load(path.parent).predict(experiment.task.raw_example())
    predicted = experiment.task.predict(model, experiment.dataset.train.x[:2])
    assert frame["translation"].tolist() == predicted[:, 1].tolist()
    notes = experiment.task.notes(model)["translations.txt"]
    assert notes.count("reference") == len(validation.x)
    predicted = experiment.task.predict(model, validation.x)
    shown, _ = experiment.task.figures_and_reports(predicted, validation, model=model)
    assert set(shown) == {"exact-match"}


def test_loss_counts_no_padding():
    experiment = _experiment(dropout=0.0)
    model = experiment.build(total_steps=1)
    (source, target), shifted = experiment.task.pairs.transform_pairs(
        ["je pain vois .", "tu ."], ["i see bread .", "you ."]
    )
    logits = np.asarray(model.predict([source, target], verbose=0), np.float64)
    log = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    taken = np.take_along_axis(log, shifted[..., None], axis=-1)[..., 0]
    expected = -taken[shifted != 0].mean()
    loss = model.evaluate((source, target), shifted, verbose=0, return_dict=True)["loss"]
    assert loss == pytest.approx(expected, rel=1e-5)


def test_scores_take_every_reference_and_count_a_source_once():
    dataset = _dataset()
    task = Translation(dataset, TrainingOptions(), {})
    predictions = np.array(
        [["va", "go on now please ."], ["va", "go on now please ."], ["non", "no ."]], dtype=object
    )
    scores = task.measure(predictions, ["Leave .", "Go on now please.", "never ."])
    assert scores["exact_match"] == 0.5
    columns = [["leave .", "never ."], ["go on now please .", None]]
    expected = sacrebleu.corpus_bleu(
        ["go on now please .", "no ."], columns, tokenize="none", force=True
    )
    assert scores["bleu"] == pytest.approx(expected.score)


def test_scores_of_nothing_right_are_zero():
    scores = translation_scores({"a": "x x x x x"}, {"a": ["b b b b b"]})
    assert scores == {"bleu": 0.0, "exact_match": 0.0}


def test_long_sentences_are_batched_by_length():
    short = Translation(_dataset(), TrainingOptions(), {})
    assert isinstance(short.training_feed(seed=0, with_validation=False), ArrayFeed)
    long = Translation(_dataset(long=True), TrainingOptions(batch_size=16), {})
    feed = long.training_feed(seed=0, with_validation=False)
    assert isinstance(feed, DatasetFeed)
    assert (feed.samples, feed.steps) == (61, 4)


@pytest.mark.exhaustive
def test_scheduled_sampling_changes_training_alone():
    experiment = _experiment(sampling_half_life=1, epochs=2)
    assert isinstance(experiment.task.callbacks()[0], ScheduledSampling)
    model, history = experiment.train()
    assert model.get_layer("decoder").scheduled_sampling
    assert np.isfinite(history["val_loss"]).all()
    assert not _experiment().task.callbacks()


def test_the_nearest_sentence_answers_with_its_most_frequent_translation():
    x, y = ["go on", "go on", "go on", "stay"], ["va", "continue", "continue", "reste"]
    nearest = NearestSentence(str.split).fit(x, y)
    assert nearest.translate(["go", "please stay", "on go"]) == ["continue", "reste", "continue"]


def test_another_model_cannot_translate():
    pairs = Translation(_dataset(), TrainingOptions(), {}).pairs
    with pytest.raises(ValueError, match=r"needs a model of `encoder_decoder`. Got 'other'"):
        Translator(keras.Sequential(name="other"), pairs)
    with pytest.raises(ValueError, match=r"`length >= 1` must hold\. Got length=0"):
        Translator(keras.Sequential(name="other"), pairs, length=0)
    with pytest.raises(ValueError, match=r"`beam_width >= 1` must hold\. Got beam_width=0"):
        Translator(keras.Sequential(name="other"), pairs, beam_width=0)
