"""What trains a model in another form refuses one that trains in its own way."""

from __future__ import annotations

import keras
import pytest

from cookbook.diagnostics.checkpointing import checkpointed
from cookbook.losses import distilled, easiest_first
from cookbook.models.tabular import tabular_ensemble
from cookbook.optimizers import gradient_free

FORMS = {
    "a curriculum": lambda model: easiest_first(model, share=0.3, total_steps=4),
    "a teacher": lambda model: distilled(model, _network(), share=0.5, temperature=2.0),
    "gradient checkpointing": checkpointed,
    "gradient-free training": gradient_free,
}


class Doubled(keras.Model):
    """A functional model that does more than its layers say."""

    def call(self, inputs, training=None, mask=None):
        return 2 * super().call(inputs, training=training, mask=mask)


class Network(keras.Model):
    """A class without symbolic outputs."""

    def call(self, inputs):
        return inputs


def _network():
    dense = [keras.layers.Dense(3) for _ in range(4)]
    return keras.Sequential([keras.Input((2,)), *dense])


def _doubled():
    plain = _network()
    return Doubled(plain.inputs[0], plain.outputs[0])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: tabular_ensemble((2,), num_classes=3, members=2), "MemberEnsemble"),
        (_doubled, "Doubled"),
    ],
)
def test_a_training_of_ones_own_is_not_lost(form, make, name):
    message = f"{name} computes its training in its own way, which has no place for {form}: leave"
    with pytest.raises(ValueError, match=message):
        FORMS[form](make())


def test_one_form_does_not_undo_another():
    taught = FORMS["a teacher"](_network())
    with pytest.raises(ValueError, match="DistilledModel computes its training"):
        FORMS["a curriculum"](taught)
    # Recomputed parts are layers like others.
    assert FORMS["a curriculum"](checkpointed(_network())).trainable_variables


def test_a_network_without_symbolic_outputs_is_told_how_to_train_without_gradients():
    with pytest.raises(ValueError, match="put GradientFreeTraining before"):
        gradient_free(Network())
