"""Compiled training functions that are kept from one trial to the next.

Tracing and optimizing the functions of a small network takes longer than training it. Trials
that differ in values only (learning rates, dropout rates, weight penalties, seed) have the same
functions: the second one copies its fresh model into the first one's variables.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import keras

from cookbook.models.ensembles import MemberEnsemble
from pipelines.inputs.feeds import Feed
from pipelines.training.tensorflow.internals import DECAYING, LOSS_OPTIONS, layers_of
from pipelines.training.tensorflow.lifted_values import LIFTED_RATES, LiftedValues, without_values
from pipelines.training.tensorflow.trainer import Trainer

_MOST_KEPT = 8
# Weights of all kept models; a large network trains longer than it traces.
_MOST_PARAMETERS = 4_000_000
# Their configuration says all that they compute with, and their state is in variables.
_KNOWN_LAYERS = ("keras.", "cookbook.layers.")
# A metric whose configuration leaves out its axis; that of the loss is among `_left_out`.
_SILENT = ("keras.metrics", "CosineSimilarity")


class KeptTrainers:
    """The last trainers of a process, by structure.

    Rules:
        1. A training by a kept trainer gives the numbers of a training by a new one from
           here, bit by bit.
        2. Only plain networks and ensembles of members, of Keras' layers and ours, with losses
           and metrics that their configuration describes, are kept, since others may hold
           state that is no variable; all others get a trainer of their own every time.
        3. The model of a kept trainer is not to be saved: its configuration is that of the
           first model of its structure.

    Example:
        >>> import numpy as np
        >>> from pipelines.inputs.feeds import ArrayFeed
        >>> feed = ArrayFeed(np.ones((8, 2), "float32"), np.ones((8, 1), "float32"), batch_size=4)
        >>> def trial(learning_rate):
        ...     keras.backend.clear_session()  # the same names of layers in every trial
        ...     model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        ...     model.compile(keras.optimizers.SGD(learning_rate), "mse")
        ...     return model
        >>> kept = KeptTrainers()
        >>> first = kept.trainer(trial(0.1), feed, validation=None, data="ones")
        >>> kept.trainer(trial(0.2), feed, validation=None, data="ones") is first
        True
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[Trainer, LiftedValues]] = OrderedDict()

    def trainer(
        self, model: keras.Model, feed: Feed, *, validation: Feed | None, data: Any
    ) -> Trainer:
        """A trainer with the weights, optimizer, values and random states of a fresh model.

        Args:
            model: Built and compiled; not to be used afterwards, but for the trainer's `model`.
            feed: Training batches.
            validation: Validation batches.
            data: What the two feeds are made of, besides their order: equal values (as JSON)
                mean equal feeds.

        Returns:
            A trainer whose `model` has the state of `model`.
        """
        structure = _structure(model, data)
        if structure is None:
            return Trainer(model, feed, validation=validation)
        found = self._kept.pop(structure, None)
        if found is None:
            values = LiftedValues(model)
            found = (Trainer(model, feed, validation=validation), values)
        else:
            found[1].take(model)
            found[0].renew(model, feed)
        self._kept[structure] = found
        self._forget()
        return found[0]

    def _forget(self) -> None:
        def parameters() -> int:
            return sum(trainer.model.count_params() for trainer, _ in self._kept.values())

        while len(self._kept) > _MOST_KEPT or parameters() > _MOST_PARAMETERS:
            self._kept.popitem(last=False)


def _structure(model: keras.Model, data: Any) -> str | None:
    """What decides the compiled functions of a training, or None for what cannot be told."""
    if not _is_plain(model):
        return None
    try:
        compiled = model.get_compile_config()
        optimizer = compiled["optimizer"]["config"]
        rate = optimizer.get("learning_rate")
        # Keras holds a constant rate in a variable of the optimizer.
        constant = isinstance(rate, float | int)
        optimizer["learning_rate"] = "variable" if constant else without_values(rate, LIFTED_RATES)
        found = [without_values(model.get_config()), compiled, _left_out(model)]
        return json.dumps([found, data], sort_keys=True) if _tells_all(found) else None
    except (TypeError, ValueError, KeyError, NotImplementedError):
        return None


def _is_plain(model: keras.Model) -> bool:
    # A class of the user's may call its layers in its own way, and Keras' configuration of it
    # may tell nothing of them.
    known = type(model) is MemberEnsemble or type(model).__module__.startswith("keras.")
    layers = layers_of(model, include_self=False)
    return (
        known
        and hasattr(model, "inputs")
        and isinstance(model.optimizer, keras.optimizers.Optimizer)
        and all(type(layer).__module__.startswith(_KNOWN_LAYERS) for layer in layers)
    )


def _left_out(model: keras.Model) -> list[Any]:
    """What the configurations of Keras 3.15 leave out: see docs/errata.md.

    Those are `delta` of Huber's loss, `axis` of some losses, and which weights do not decay.
    """
    losses = keras.tree.flatten(model.loss)
    options = [repr(getattr(loss, LOSS_OPTIONS.name, None)) for loss in losses]
    optimizer = model.optimizer
    if not optimizer.weight_decay:
        return options
    return [*options, [bool(DECAYING.of(optimizer)(v)) for v in model.trainable_variables]]


def _tells_all(config: Any) -> bool:
    """Whether a serialized object says all about itself.

    A function of the user's is told by its name alone, and a class of the user's may leave out
    of its configuration what it computes with.
    """
    if isinstance(config, Mapping):
        module, name = str(config.get("module") or "keras"), config.get("class_name")
        ours = module.partition(".")[0] in ("keras", "cookbook")
        known = name is None or (ours and (module, name) != _SILENT)
        return known and all(map(_tells_all, config.values()))
    if isinstance(config, list | tuple):
        return all(map(_tells_all, config))
    return True
