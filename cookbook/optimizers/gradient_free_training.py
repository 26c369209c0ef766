"""The train step that gives SPSA its two losses."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from cookbook._checks import check_plain_training
from cookbook.optimizers.spsa import SPSA, perturbation_estimate


class GradientFreeTraining:
    """Mixin for a `keras.Model` that is compiled with `SPSA`.

    Put it before `keras.Model` in the bases of a subclassed model; for functional and
    sequential models use `gradient_free`.

    Rules:
        1. No derivative is taken, so losses and layers need none.
        2. Both losses of an estimate see the same batch, dropout masks and moving statistics:
           their difference is due to the perturbation alone.
        3. The logged loss is the mean of the losses at the perturbed points and the metrics
           are those of the last one; `evaluate` and validation use the weights themselves.
    """

    def train_step(self, *arguments: Any) -> Any:
        """Runs one SPSA step; the arguments are those of the backend's train step."""
        if len(arguments) == 1:
            return self._estimate_and_apply(arguments[0])
        state, data = arguments  # JAX passes every variable by value
        groups = self._state_groups()
        pairs = [
            (variable, value)
            for variables, values in zip(groups, state, strict=True)
            for variable, value in zip(variables, values, strict=True)
        ]
        with keras.StatelessScope(state_mapping=pairs) as scope:
            logs = self._estimate_and_apply(data)
        return logs, tuple([scope.get_current_value(v) for v in group] for group in groups)

    def _state_groups(self) -> tuple[list[Any], ...]:
        model: Any = self
        return (
            model.trainable_variables,
            model.non_trainable_variables,
            model.optimizer.variables,
            model.metrics_variables,
        )

    def _estimate_and_apply(self, data: Any) -> Any:
        model: Any = self
        optimizer = _require_spsa(model.optimizer)
        x, y, weight = keras.utils.unpack_x_y_sample_weight(data)
        if not model.built:
            model(x)
        variables = model.trainable_variables
        values = [ops.convert_to_tensor(v) for v in variables]
        evaluation = _Evaluation(model, x, y, weight)
        size = optimizer.perturbation_size()
        totals, loss = [ops.zeros_like(v) for v in values], 0.0
        for _ in range(optimizer.directions):
            signs = optimizer.random_signs(values)
            estimate, mean_loss = perturbation_estimate(evaluation, values, signs, size)
            totals = [t + e / optimizer.directions for t, e in zip(totals, estimate, strict=True)]
            loss = loss + mean_loss / optimizer.directions
        evaluation.commit()
        optimizer.apply_estimates(totals, variables)
        for metric in model.metrics:
            if metric.name == "loss":
                metric.update_state(loss, sample_weight=ops.shape(keras.tree.flatten(x)[0])[0])
        return model.compute_metrics(x, y, evaluation.y_pred, sample_weight=weight)


class _Evaluation:
    """The model's loss as a function of its trainable variables, free of side effects."""

    def __init__(self, model: Any, x: Any, y: Any, weight: Any) -> None:
        self.model, self.batch = model, (x, y, weight)
        self.others = [*model.non_trainable_variables, *model.metrics_variables]
        self.start = [ops.convert_to_tensor(v) for v in self.others]
        self.end: list[Any] = self.start
        self.y_pred: Any = None

    def __call__(self, values: list[Any]) -> Any:
        x, y, weight = self.batch
        pairs = [
            *zip(self.model.trainable_variables, values, strict=True),
            *zip(self.others, self.start, strict=True),
        ]
        # The scope swaps values in by reference and drops every update when it ends.
        with keras.StatelessScope(state_mapping=pairs, collect_losses=True) as scope:
            self.y_pred = self.model(x, training=True)
            loss = self.model.compute_loss(
                x=x, y=y, y_pred=self.y_pred, sample_weight=weight, training=True
            )
        self.end = [scope.get_current_value(v) for v in self.others]
        return loss

    def commit(self) -> None:
        """Keeps moving statistics, seeds and per-output losses of the last evaluation."""
        for variable, value in zip(self.others, self.end, strict=True):
            variable.assign(value)


def _require_spsa(optimizer: Any) -> SPSA:
    if not isinstance(optimizer, SPSA):
        raise ValueError(
            "A gradient-free model must be compiled with SPSA. Got "
            f"{type(optimizer).__name__}: use cookbook.optimizers.SPSA, under mixed precision "
            "with compile(..., auto_scale_loss=False)."
        )
    return optimizer


@keras.saving.register_keras_serializable("cookbook")
class GradientFreeModel(GradientFreeTraining, keras.Model):
    """A functional model that trains with `SPSA`; made by `gradient_free`."""


def gradient_free(model: keras.Model) -> GradientFreeModel:
    """Gives a model that shares all layers and weights with `model` and trains by SPSA.

    Args:
        model: A built functional or sequential model.

    Returns:
        A model to be compiled with `SPSA`; training it trains `model`.

    Raises:
        ValueError: If the model trains in its own way, or has no symbolic inputs and outputs.

    Example:
        >>> from cookbook.optimizers.spsa import SPSA
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> trained = gradient_free(model)
        >>> trained.compile(SPSA(0.1), loss="mse")
        >>> trained.layers[-1] is model.layers[-1]
        True
    """
    check_plain_training(model, "gradient-free training", made=GradientFreeModel)
    inputs, outputs = getattr(model, "inputs", None), getattr(model, "outputs", None)
    if not inputs or not outputs:
        raise ValueError(
            "Only a built functional or sequential model can be wrapped. Got "
            f"{type(model).__name__} without symbolic outputs: put GradientFreeTraining before "
            "keras.Model in the bases of your class."
        )
    if isinstance(model, keras.Sequential):
        return GradientFreeModel(inputs=inputs[0], outputs=outputs[0], name=model.name)
    # Not the flat lists: a model may take and return dictionaries.
    return GradientFreeModel(inputs=model.input, outputs=model.output, name=model.name)
