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

from cookbook._keras_internals import Internal
from pipelines.training.tensorflow.fused_decay import fuse_decay
from pipelines.training.tensorflow.internals import (
    ADAM_MOMENTS,
    ADAM_SQUARES,
    INDEX,
    RMSPROP_MOMENTS,
    RMSPROP_SQUARES,
    UPDATE,
    are_there,
    replace_method,
)

Update = Callable[[Any, int, tf.Tensor], None]
Prepare = Callable[[Any, tf.Tensor], Update]
_UNREAD = "cookbook_unread_moments"


def fuse_updates(optimizer: keras.optimizers.Optimizer) -> bool:
    """Lets an optimizer update its variables with TensorFlow's kernels, where there is one.

    The state stays in the optimizer's own variables, so saving and resuming do not change.
    Adam and AdamW (without amsgrad), RMSprop (not centered) and SGD with and without momentum
    have a kernel; other optimizers, other types than `float32`, gradients with few rows, and
    variables spread over devices are updated as Keras does. The decay of their weights has one rate
    for all, see `fuse_decay`.

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
    fuse_decay(optimizer)
    prepare, needed = _kernel_of(optimizer)
    if prepare is None or not are_there(optimizer, UPDATE, INDEX, *needed):
        return False

    def update_step(gradients: Sequence[Any], variables: Sequence[Any], learning_rate: Any) -> None:
        update = prepare(optimizer, tf.cast(learning_rate, tf.float32))
        for gradient, found in zip(gradients, variables, strict=True):
            variable = getattr(found, "value", found)
            if isinstance(gradient, tf.IndexedSlices) or variable.dtype != tf.float32:
                optimizer.update_step(gradient, variable, learning_rate)
            else:
                update(variable, INDEX.of(optimizer)(found), gradient)

    if replace_method(optimizer, UPDATE, update_step):
        # A kernel's own variables exist before it is traced: made on the way, all is traced twice.
        prepare(optimizer, tf.zeros(()))
    return True


def _kernel_of(optimizer: Any) -> tuple[Prepare | None, tuple[Internal, ...]]:
    """The kernel for an optimizer whose `update_step` is still Keras' own, and what it reads."""
    rule = type(optimizer).update_step
    if rule is keras.optimizers.Adam.update_step and not optimizer.amsgrad:
        return _adam, (ADAM_MOMENTS, ADAM_SQUARES)
    if rule is keras.optimizers.RMSprop.update_step and not optimizer.centered:
        moments = (RMSPROP_MOMENTS,) if optimizer.momentum else ()
        return _rmsprop, (RMSPROP_SQUARES, *moments)
    if rule is keras.optimizers.SGD.update_step:
        return _momentum if optimizer.momentum else _descent, ()
    return None, ()


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

    moments, squares = ADAM_MOMENTS.of(optimizer), ADAM_SQUARES.of(optimizer)

    def update(variable: Any, index: int, gradient: tf.Tensor) -> None:
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=moments[index].value.handle,
            v=squares[index].value.handle,
            grad=gradient,
            **shared,
        )

    return update


def _rmsprop(optimizer: Any, learning_rate: tf.Tensor) -> Update:
    squares = RMSPROP_SQUARES.of(optimizer)
    moments = _rmsprop_moments(optimizer, squares)
    shared = {
        "lr": learning_rate,
        "rho": tf.constant(optimizer.rho),
        "momentum": tf.constant(optimizer.momentum, tf.float32),
        "epsilon": tf.constant(optimizer.epsilon),
    }

    def update(variable: Any, index: int, gradient: tf.Tensor) -> None:
        tf.raw_ops.ResourceApplyRMSProp(
            var=variable.handle,
            ms=squares[index].value.handle,
            mom=moments[index].handle,
            grad=gradient,
            **shared,
        )

    return update


def _rmsprop_moments(optimizer: Any, squares: Sequence[Any]) -> list[Any]:
    """Where the kernel writes its momentum; without one in Keras, where nobody reads it."""
    if optimizer.momentum:
        return [moment.value for moment in RMSPROP_MOMENTS.of(optimizer)]
    if not hasattr(optimizer, _UNREAD):
        with tf.init_scope():
            unread = [tf.Variable(tf.zeros_like(square.value)) for square in squares]
        setattr(optimizer, _UNREAD, unread)
    found: list[Any] = getattr(optimizer, _UNREAD)
    return found


def forget_unread(optimizer: Any) -> None:
    """Zeroes what the kernel of RMSprop writes without momentum; once NaN, it would stay so.

    Args:
        optimizer: Any, fused or not.
    """
    for moment in getattr(optimizer, _UNREAD, ()):
        moment.assign(tf.zeros_like(moment))


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
