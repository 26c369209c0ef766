"""Distillation against its definition, and what it refuses."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from cookbook.losses import distilled

pytestmark = pytest.mark.backend


def _classifier(classes=3, *, inputs=2, **options):
    dense = keras.layers.Dense(classes, **options)
    return keras.Sequential([keras.Input((inputs,)), dense], name="pupil")


def _compiled(model):
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


@pytest.mark.parametrize(("share", "temperature"), [(0.0, 4.0), (0.3, 2.0), (1.0, 1.0)])
def test_the_loss_is_that_of_the_definition(share, temperature):
    generator = np.random.default_rng(0)
    x = generator.normal(size=(5, 2)).astype("float32")
    y = np.array([0, 2, 1, 1, 0])
    teacher, pupil = _classifier(), _classifier(kernel_regularizer=keras.regularizers.L2(0.5))
    trained = _compiled(distilled(pupil, teacher, share=share, temperature=temperature))
    logits, answers = (np.asarray(keras.ops.convert_to_numpy(m(x))) for m in (trained, teacher))
    labels = -log_softmax(logits, axis=1)[np.arange(5), y].mean()
    p = softmax(answers / temperature, axis=1)
    taught = (p * (np.log(p) - log_softmax(logits / temperature, axis=1))).sum(axis=1).mean()
    penalty = 0.5 * (keras.ops.convert_to_numpy(pupil.layers[0].kernel) ** 2).sum()
    expected = (1 - share) * labels + share * temperature**2 * taught + penalty
    found = float(trained.compute_loss(x, y, trained(x)))
    assert found == pytest.approx(expected, rel=1e-4)
    # Validation is about the labels.
    validated = float(trained.compute_loss(x, y, trained(x), training=False))
    assert validated == pytest.approx(labels + penalty, rel=1e-4)


def test_a_pupil_learns_the_answers_of_its_teacher_and_not_wrong_labels():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(256, 2)).astype("float32")
    teacher, pupil = _classifier(), _classifier()
    before = [np.copy(weight) for weight in teacher.get_weights()]
    trained = distilled(pupil, teacher, share=1.0, temperature=2.0)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    trained.compile(keras.optimizers.Adam(0.1), loss)
    trained.fit(x, np.zeros(256, "int64"), epochs=50, verbose=0)
    answers = keras.ops.convert_to_numpy(teacher(x)).argmax(axis=1)
    assert (keras.ops.convert_to_numpy(pupil(x)).argmax(axis=1) == answers).mean() > 0.95
    for was, now in zip(before, teacher.get_weights(), strict=True):
        np.testing.assert_array_equal(was, now)
    assert len(trained.trainable_variables) == len(pupil.trainable_variables) == 2


@pytest.mark.parametrize(
    ("pupil", "teacher", "options", "message"),
    [
        (_classifier(), _classifier(4), {}, r"to \(None, 3\), taught by 'pupil' .* to \(None, 4\)"),
        (_classifier(), _classifier(inputs=5), {}, r"from \(None, 2\) .*from \(None, 5\)"),
        (_classifier(1), _classifier(1), {}, "at least two classes"),
        (_classifier(), _classifier(), {"share": 1.5}, "0 <= share <= 1"),
        (_classifier(), _classifier(), {"temperature": 0.0}, "0 < temperature"),
    ],
)
def test_what_cannot_teach_is_refused(pupil, teacher, options, message):
    with pytest.raises(ValueError, match=message):
        distilled(pupil, teacher, **{"share": 0.5, "temperature": 2.0, **options})


def test_a_loaded_pupil_asks_for_its_teacher_and_takes_it(tmp_path):
    teacher = _classifier()
    trained = _compiled(distilled(_classifier(), teacher, share=1.0, temperature=2.0))
    x, y = np.ones((1, 2), "float32"), np.zeros(1, "int64")
    expected = float(trained.compute_loss(x, y, trained(x)))
    trained.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    with pytest.raises(ValueError, match=r"not saved with its pupil\. Got 'pupil' .* distilled\("):
        loaded.compute_loss(x, y, loaded(x))
    again = _compiled(distilled(loaded, teacher, share=1.0, temperature=2.0))
    assert float(again.compute_loss(x, y, again(x))) == pytest.approx(expected, rel=1e-6)
