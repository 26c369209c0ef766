"""Momentum that changes inside a compiled step."""

from __future__ import annotations

from typing import Any, TypeAlias

import keras
from keras import ops
from typing_extensions import override

from cookbook._keras_internals import adam_moments, variable_index
from cookbook._ranges import BELOW_ONE, check_range
from cookbook.optimizers.selective_decay import _SelectiveDecay

Schedule: TypeAlias = keras.optimizers.schedules.LearningRateSchedule


def _is_schedule(momentum: Any) -> bool:
    return isinstance(momentum, keras.optimizers.schedules.LearningRateSchedule)


class _ScheduledMomentum(_SelectiveDecay):
    """Keeps a momentum that is a variable or a schedule of optimizer steps.

    Keras bakes `optimizer.momentum` into the compiled step as a Python number: assigning it
    later changes nothing and says nothing. A variable is read at every step, and so is a
    schedule.
    """

    iterations: Any

    def _set_up_momentum(self, momentum: float | Schedule, name: str) -> None:
        if _is_schedule(momentum):
            self._momentum_source: Any = momentum
            return
        check_range(name, float(momentum), BELOW_ONE)
        self._momentum_source = self.add_variable(  # type: ignore[attr-defined]
            shape=(), initializer=keras.initializers.Constant(float(momentum)), name=name
        )

    def current_momentum(self) -> Any:
        """Momentum of the step that comes next, `float[]`."""
        if _is_schedule(self._momentum_source):
            return self._momentum_source(self.iterations)
        return ops.convert_to_tensor(self._momentum_source)

    def assign_momentum(self, momentum: float) -> None:
        """Sets the momentum from the next step on, also inside a compiled `fit`.

        Args:
            momentum: In [0, 1).

        Raises:
            ValueError: If it is out of range or follows a schedule.
        """
        if _is_schedule(self._momentum_source):
            raise ValueError(
                "A momentum that follows a schedule cannot be assigned. Got "
                f"momentum={momentum!r}: make the optimizer with a number instead."
            )
        check_range("momentum", momentum, BELOW_ONE)
        self._momentum_source.assign(momentum)

    def _momentum_config(self) -> Any:
        if _is_schedule(self._momentum_source):
            return keras.saving.serialize_keras_object(self._momentum_source)
        return float(ops.convert_to_tensor(self._momentum_source))


def _restored(config: dict[str, Any], key: str) -> dict[str, Any]:
    momentum = config[key]
    if isinstance(momentum, dict):
        momentum = keras.saving.deserialize_keras_object(momentum)
    return {**config, key: momentum}


@keras.saving.register_keras_serializable("cookbook")
class ScheduledSGD(_ScheduledMomentum, keras.optimizers.SGD):
    """SGD whose momentum is a variable or a schedule.

    At step `k` with learning rate `lr[k]` and momentum `m[k]`:
    `v = m[k] v - lr[k] g`, then `w += v`, or with `nesterov` `w += m[k] v - lr[k] g`.

    Source: Smith 2018, A disciplined approach (cycling momentum against the rate).

    Args:
        learning_rate: Number or schedule.
        momentum: In [0, 1), or a schedule that stays there.
        nesterov: True for the Nesterov form.
        **options: Arguments of `keras.optimizers.Optimizer`, and `undecayed`: variable names
            that weight decay spares.

    Raises:
        ValueError: If the momentum is out of range.

    Example:
        >>> optimizer = ScheduledSGD(0.1, momentum=0.9)
        >>> optimizer.assign_momentum(0.5)
        >>> float(optimizer.current_momentum())
        0.5
    """

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float | Schedule = 0.9,
        *,
        nesterov: bool = False,
        **options: Any,
    ) -> None:
        # The base only has to know that there is momentum, so that it makes the velocities.
        super().__init__(learning_rate=learning_rate, momentum=1.0, nesterov=nesterov, **options)
        self._set_up_momentum(momentum, "momentum")

    @override
    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        dtype = variable.dtype
        momentum = ops.cast(self.current_momentum(), dtype)
        step = ops.cast(learning_rate, dtype) * ops.cast(gradient, dtype)
        velocity = self.momentums[variable_index(self, variable)]
        self.assign(velocity, momentum * velocity - step)
        self.assign_add(variable, momentum * velocity - step if self.nesterov else velocity)

    @override
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "momentum": self._momentum_config()}

    @classmethod
    @override
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        return super().from_config(_restored(config, "momentum"), custom_objects)


@keras.saving.register_keras_serializable("cookbook")
class ScheduledAdam(_ScheduledMomentum, keras.optimizers.Adam):
    """Adam whose first-moment decay `beta_1` is a variable or a schedule.

    With `b[k]` the decay at step `k`: `m = b[k] m + (1 - b[k]) g` and
    `m_hat = m / (1 - b[1] b[2] ... b[k])`, which is the exact correction for a decay that
    changes; for a constant decay it is Adam's.

    Source: Kingma and Ba 2015; Smith 2018 for cycling.

    Args:
        learning_rate: Number or schedule.
        beta_1: In [0, 1), or a schedule that stays there.
        beta_2: Decay of the second moment, in [0, 1).
        epsilon: Added to the root of the second moment, positive.
        **options: Arguments of `keras.optimizers.Optimizer`, `weight_decay` among them, and
            `undecayed`: variable names that weight decay spares.

    Raises:
        ValueError: If `beta_1` is out of range.

    Example:
        >>> round(float(ScheduledAdam(0.001, beta_1=0.95).current_momentum()), 2)
        0.95
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float | Schedule = 0.9,
        *,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **options: Any,
    ) -> None:
        if options.pop("amsgrad", False):
            raise ValueError(
                "ScheduledAdam has no AMSGrad form. Got amsgrad=True: leave it out, or use Adam."
            )
        super().__init__(learning_rate=learning_rate, beta_2=beta_2, epsilon=epsilon, **options)
        self._set_up_momentum(beta_1, "beta_1")

    @override
    def build(self, variables: Any) -> None:
        if self.built:
            return
        super().build(variables)
        self._decay_product = self.add_variable(shape=(), initializer="ones", name="decay_product")

    @override
    def _backend_update_step(
        self, grads: Any, trainable_variables: Any, learning_rate: Any
    ) -> None:
        # Once per step, not once per variable.
        self.assign(self._decay_product, self._decay_product * self.current_momentum())
        super()._backend_update_step(grads, trainable_variables, learning_rate)

    @override
    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        dtype = variable.dtype
        gradient = ops.cast(gradient, dtype)
        step = ops.cast(self.iterations + 1, dtype)
        beta_1 = ops.cast(self.current_momentum(), dtype)
        beta_2 = ops.cast(self.beta_2, dtype)
        first, second = adam_moments(self, variable)
        self.assign_add(first, (gradient - first) * (1.0 - beta_1))
        self.assign_add(second, (ops.square(gradient) - second) * (1.0 - beta_2))
        first_correction = 1.0 - ops.cast(self._decay_product, dtype)
        second_correction = 1.0 - ops.power(beta_2, step)
        rate = ops.cast(learning_rate, dtype) * ops.sqrt(second_correction) / first_correction
        # As Keras' Adam: epsilon is the paper's "epsilon hat", beside the uncorrected root.
        self.assign_sub(variable, rate * first / (ops.sqrt(second) + self.epsilon))

    @override
    def get_config(self) -> dict[str, Any]:
        config = {**super().get_config(), "beta_1": self._momentum_config()}
        del config["amsgrad"]
        return config

    @classmethod
    @override
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        return super().from_config(_restored(config, "beta_1"), custom_objects)
