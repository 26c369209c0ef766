"""Derivatives of a function of tensors on whichever backend Keras runs.

Keras has layers and optimizers on every backend but no call for a derivative. The
backends' own are reached by name, so that this package imports none of them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import keras

# Tensors in, scalar tensor out, without side effects.
Function = Callable[[Sequence[Any]], Any]


def value_and_gradients(function: Function, values: Sequence[Any]) -> tuple[Any, list[Any]]:
    """Computes a scalar and its gradient with respect to each input.

    Args:
        function: Takes a list of float tensors and returns a float tensor of shape ().
            Must have no side effects: on JAX it is traced.
        values: Where to differentiate, tensors or arrays of any shapes.

    Returns:
        The value, and one gradient per input with the input's shape; zeros where the
        value does not depend on the input.

    Raises:
        ValueError: If the running backend has no automatic differentiation.

    Example:
        >>> squares = lambda values: keras.ops.sum(values[0] ** 2)
        >>> value, gradients = value_and_gradients(squares, [[1.0, 3.0]])
        >>> float(value), keras.ops.convert_to_numpy(gradients[0]).tolist()
        (10.0, [2.0, 6.0])
    """
    return _engine()[0](function, [keras.ops.convert_to_tensor(value) for value in values])


def hessian_vector_product(function: Function) -> Callable[[Sequence[Any], Sequence[Any]], list]:
    """Makes the product of a scalar function's Hessian with a vector, H(values) v.

    One product costs about two gradients and needs no Hessian (Pearlmutter 1994).

    Args:
        function: As for `value_and_gradients`, twice differentiable.

    Returns:
        A function of `(values, vector)`, both lists of tensors of the same shapes, that
        returns the product as such a list. It is compiled once and reused.

    Raises:
        ValueError: If the running backend has no automatic differentiation.

    Example:
        >>> product = hessian_vector_product(lambda v: keras.ops.sum(v[0] ** 3))
        >>> keras.ops.convert_to_numpy(product([[1.0, 2.0]], [[1.0, 1.0]])[0]).tolist()
        [6.0, 12.0]
    """
    product = _engine()[1](function)

    def call(values: Sequence[Any], vector: Sequence[Any]) -> list:
        tensors = [keras.ops.convert_to_tensor(value) for value in values]
        return product(tensors, [keras.ops.convert_to_tensor(part) for part in vector])

    return call


def _tensorflow_gradients(function: Function, values: list[Any]) -> tuple[Any, list[Any]]:
    tf = importlib.import_module("tensorflow")
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(values)
        value = function(values)
    return value, tape.gradient(value, values, unconnected_gradients="zero")


def _tensorflow_product(function: Function) -> Callable[..., list]:
    tf = importlib.import_module("tensorflow")

    @tf.function(autograph=False)  # plain Python ops: nothing to rewrite
    def product(values: list[Any], vector: list[Any]) -> list[Any]:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(values)
            _, gradients = _tensorflow_gradients(function, values)
        # The gradient of <g, v> with v as the weight of the outputs: forms no scalar product.
        return tape.gradient(gradients, values, vector, unconnected_gradients="zero")

    return product


def _jax_gradients(function: Function, values: list[Any]) -> tuple[Any, list[Any]]:
    jax = importlib.import_module("jax")
    return jax.value_and_grad(function)(values)


def _jax_product(function: Function) -> Callable[..., list]:
    jax = importlib.import_module("jax")
    gradient = jax.grad(function)
    return jax.jit(lambda values, vector: jax.jvp(gradient, (values,), (vector,))[1])


def _torch_gradients(function: Function, values: list[Any]) -> tuple[Any, list[Any]]:
    torch = importlib.import_module("torch")
    inputs = [value.detach().requires_grad_() for value in values]
    with torch.enable_grad():
        value = function(inputs)
    found = torch.autograd.grad(value, inputs, allow_unused=True, materialize_grads=True)
    return value.detach(), list(found)


def _torch_product(function: Function) -> Callable[..., list]:
    torch = importlib.import_module("torch")

    def product(values: list[Any], vector: list[Any]) -> list[Any]:
        inputs = [value.detach().requires_grad_() for value in values]
        with torch.enable_grad():
            gradients = torch.autograd.grad(
                function(inputs),
                inputs,
                create_graph=True,
                allow_unused=True,
                materialize_grads=True,
            )
            along = sum((g * v).sum() for g, v in zip(gradients, vector, strict=True))
        if not along.requires_grad:  # a linear function: its gradient depends on nothing
            return [torch.zeros_like(value) for value in values]
        found = torch.autograd.grad(along, inputs, allow_unused=True, materialize_grads=True)
        return list(found)

    return product


_ENGINES: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "tensorflow": (_tensorflow_gradients, _tensorflow_product),
    "jax": (_jax_gradients, _jax_product),
    "torch": (_torch_gradients, _torch_product),
}


def _engine() -> tuple[Callable[..., Any], Callable[..., Any]]:
    backend = keras.backend.backend()
    if backend not in _ENGINES:
        raise ValueError(
            f"Derivatives need a backend that differentiates. Got {backend!r}: set "
            f"KERAS_BACKEND to one of {', '.join(_ENGINES)}."
        )
    return _ENGINES[backend]
