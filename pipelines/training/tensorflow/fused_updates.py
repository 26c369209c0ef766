"""Optimizer updates by one TensorFlow kernel for each variable.

Keras writes an update as a dozen operations for each variable: half of all that is traced for
a small network. TensorFlow's kernels compute the same formulas in one operation, which halves
tracing and passes over the memory once (docs/performance.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf

Update = Callable[[Any, int, tf.Tensor], None]


def fuse_updates(optimizer: keras.optimizers.Optimizer) -> bool:
    """Lets an optimizer update its variables with TensorFlow's kernels, where there is one.

    The state stays in the optimizer's own variables, so saving and resuming do not change.
    Adam and AdamW (without amsgrad), RMSprop (not centered) and SGD with and without momentum
    have a kernel; other optimizers, other types than `float32`, gradients with few rows, and
    variables spread over devices are updated as Keras does.

    Args:
        optimizer: A built optimizer; it is changed in place.

    Returns:
        Whether there is a kernel for it.

    Example:
        >>> variable = keras.Variable([1.0])
        >>> optimizer = keras.optimizers.SGD(0.5)
        >>> optimizer.build([variable])
        >>> fuse_updates(optimizer)
        True
        >>> optimizer.apply([tf.constant([1.0])], [variable])
        >>> float(variable[0])
        0.5
    """
    prepare = _kernel_of(optimizer)
    if prepare is None or tf.distribute.has_strategy() or hasattr(optimizer, "_fused"):
        return prepare is not None

    def update_step(gradients: Sequence[Any], variables: Sequence[Any], learning_rate: Any) -> None:
        update = prepare(optimizer, tf.cast(learning_rate, tf.float32))
        for gradient, found in zip(gradients, variables, strict=True):
            variable = getattr(found, "value", found)
            if isinstance(gradient, tf.IndexedSlices) or variable.dtype != tf.float32:
                optimizer.update_step(gradient, variable, learning_rate)
            else:
                update(variable, optimizer._get_variable_index(found), gradient)

    optimizer._backend_update_step = update_step
    optimizer._fused = True
    return True


def _kernel_of(optimizer: Any) -> Callable[[Any, tf.Tensor], Update] | None:
    """The kernel for an optimizer whose `update_step` is still Keras' own."""
    rule = type(optimizer).update_step
    if rule is keras.optimizers.Adam.update_step and not optimizer.amsgrad:
        return _adam
    if rule is keras.optimizers.RMSprop.update_step and not optimizer.centered:
        return _rmsprop(optimizer)
    if rule is keras.optimizers.SGD.update_step:
        return _momentum if optimizer.momentum else _descent
    return None


def _adam(optimizer: Any, learning_rate: tf.Tensor) -> Update:
    step = tf.cast(optimizer.iterations + 1, tf.float32)
    beta_1, beta_2 = tf.constant(optimizer.beta_1), tf.constant(optimizer.beta_2)
    shared = {
        "beta1_power": tf.pow(beta_1, step),
        "beta2_power": tf.pow(beta_2, step),
        "lr": learning_rate,
        "beta1": beta_1,
        "beta2": beta_2,
        "epsilon": tf.constant(optimizer.epsilon),
    }

    def update(variable: Any, index: int, gradient: tf.Tensor) -> None:
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=optimizer._momentums[index].value.handle,
            v=optimizer._velocities[index].value.handle,
            grad=gradient,
            **shared,
        )

    return update


def _rmsprop(optimizer: Any) -> Callable[[Any, tf.Tensor], Update]:
    # The kernel always writes a momentum; without one in Keras it goes where nobody reads it.
    momentums = [m.value for m in optimizer._momentums] if optimizer.momentum else None
    if momentums is None:
        momentums = [tf.Variable(tf.zeros_like(v.value)) for v in optimizer._velocities]

    def prepare(optimizer: Any, learning_rate: tf.Tensor) -> Update:
        shared = {
            "lr": learning_rate,
            "rho": tf.constant(optimizer.rho),
            "momentum": tf.constant(optimizer.momentum, tf.float32),
            "epsilon": tf.constant(optimizer.epsilon),
        }

        def update(variable: Any, index: int, gradient: tf.Tensor) -> None:
            tf.raw_ops.ResourceApplyRMSProp(
                var=variable.handle,
                ms=optimizer._velocities[index].value.handle,
                mom=momentums[index].handle,
                grad=gradient,
                **shared,
            )

        return update

    return prepare


def _momentum(optimizer: Any, learning_rate: tf.Tensor) -> Update:
    momentum = tf.constant(optimizer.momentum, tf.float32)

    def update(variable: Any, index: int, gradient: tf.Tensor) -> None:
        tf.raw_ops.ResourceApplyKerasMomentum(
            var=variable.handle,
            accum=optimizer.momentums[index].value.handle,
            lr=learning_rate,
            grad=gradient,
            momentum=momentum,
            use_nesterov=optimizer.nesterov,
        )

    return update


def _descent(_: Any, learning_rate: tf.Tensor) -> Update:
    def update(variable: Any, __: int, gradient: tf.Tensor) -> None:
        tf.raw_ops.ResourceApplyGradientDescent(
            var=variable.handle, alpha=learning_rate, delta=gradient
        )

    return update
