"""Rosenblatt's perceptron with its own learning rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from cookbook._checks import check_count, check_input_shape, check_seed
from cookbook.models._parts import Initializer, Parts


@keras.saving.register_keras_serializable(package="cookbook")
class Perceptron(keras.Model):
    """A layer of step neurons that learns from its mistakes, without gradients.

    Calling the model gives the scores `z = x W + b`; `classify` applies the step. Make it with
    `perceptron`. It needs no `compile` to learn; compile it with metrics to use `evaluate`.
    """

    def fit(
        self,
        x: Any,
        y: Any,
        *,
        epochs: int = 100,
        learning_rate: float = 1.0,
        shuffle: bool = True,
        seed: int | None = None,
        validation_data: tuple[Any, Any] | None = None,
        callbacks: Sequence[keras.callbacks.Callback] | None = None,
        verbose: int = 0,
    ) -> keras.callbacks.History:
        r"""Shows one sample at a time and corrects the weights after each mistake.

        `w <- w + learning_rate * (t - o) * x` and `b <- b + learning_rate * (t - o)`, where `t`
        is the target and `o` the output: of one step neuron for two classes; one-hot vectors
        of label and winning neuron for more. On separable data with margin `g` and samples of
        length at most `R` (bias input 1 included), a start at zero leads to at most `(R / g)**2`
        mistakes (Novikoff 1962); otherwise the weights never settle, and `epochs` ends it.

        Args:
            x: `float[samples, *input_shape]`.
            y: `int[samples]`, classes in `[0, num_classes)`.
            epochs: Largest number of passes, at least 1; a pass without a mistake ends it.
            learning_rate: Size of a correction, above 0. From a start at zero it only scales
                the weights.
            shuffle: Whether every pass has its own order.
            seed: Seed of the orders; `None` draws one.
            validation_data: Samples and classes for `val_accuracy` after each pass.
            callbacks: Keras callbacks; they see `mistakes` and `accuracy` of each pass.
            verbose: 0 for silence, else Keras' progress bar.

        Returns:
            History with `mistakes` and `accuracy` (of the pass itself, while it learned).

        Raises:
            ValueError: If shapes and labels do not fit the model, or a value is out of its range.
        """
        if not 0 < learning_rate < float("inf"):
            raise ValueError(
                f"`learning_rate` must be finite and above 0. Got learning_rate={learning_rate!r}."
            )
        check_count("epochs", epochs)
        samples, labels = self._check_data(x, y)
        random = np.random.default_rng(check_seed(seed))
        hooks = keras.callbacks.CallbackList(
            callbacks,
            add_history=True,
            add_progbar=verbose != 0,
            model=self,
            epochs=epochs,
            steps=1,
            verbose=verbose,
        )
        self.stop_training = False
        hooks.on_train_begin()
        logs: dict[str, float] = {}
        for epoch in range(epochs):
            hooks.on_epoch_begin(epoch)
            order = random.permutation(len(samples)) if shuffle else np.arange(len(samples))
            mistakes = self._learn(samples[order], labels[order], learning_rate)
            logs = {"mistakes": float(mistakes), "accuracy": 1 - mistakes / len(samples)}
            if validation_data is not None:
                logs["val_accuracy"] = self._accuracy(*self._check_data(*validation_data))
            hooks.on_epoch_end(epoch, logs)
            if mistakes == 0 or self.stop_training:
                break
        hooks.on_train_end(logs)
        return self.history

    def classify(self, x: Any) -> np.ndarray:
        """Returns the classes, `int64[batch]`: the step of one score, or the largest of several."""
        scores = keras.ops.convert_to_numpy(self(x, training=False))
        return _winners(scores)

    def _learn(self, samples: np.ndarray, labels: np.ndarray, rate: float) -> int:
        """One pass; returns the number of mistakes."""
        neurons = self.get_layer("logits")
        # The variables' values, not `get_weights`: that warns on JAX with NumPy 2.4.
        values = (keras.ops.convert_to_numpy(variable.value) for variable in neurons.weights)
        weights, bias = (np.array(value, "float64") for value in values)
        mistakes = 0
        for sample, label in zip(samples.reshape(len(samples), -1), labels, strict=True):
            guess = int(_winners(sample @ weights + bias))
            if guess != label:
                mistakes += 1
                correction = rate * (_code(label, len(bias)) - _code(guess, len(bias)))
                weights += np.outer(sample, correction)
                bias += correction
        neurons.set_weights([weights, bias])
        return mistakes

    def _accuracy(self, samples: np.ndarray, labels: np.ndarray) -> float:
        return float(np.mean(self.classify(samples) == labels))

    def _check_data(self, x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        samples, labels = np.asarray(x, "float64"), np.asarray(y)
        labels = labels[:, 0] if labels.shape[1:] == (1,) else labels
        classes = max(2, self.output_shape[-1])
        if samples.shape[1:] != self.input_shape[1:] or labels.shape != samples.shape[:1]:
            raise ValueError(
                f"`x` must be samples of shape {self.input_shape[1:]} with one class each in `y`. "
                f"Got x of shape {samples.shape} and y of shape {labels.shape}."
            )
        if len(labels) == 0 or not np.isin(labels, np.arange(classes)).all():
            raise ValueError(
                f"`y` must hold classes 0 to {classes - 1}, at least one. Got values "
                f"{np.unique(labels)[:5].tolist()}: code the classes as integers from 0."
            )
        return samples, labels.astype("int64")


def perceptron(
    input_shape: Sequence[int],
    num_classes: int = 2,
    *,
    initializer: Initializer = "zeros",
    seed: int | None = None,
) -> Perceptron:
    """Builds a perceptron: one step neuron, or one per class.

    Source: Neural network assignments (source 001), Q5; Rosenblatt 1958.

    Args:
        input_shape: Shape of one sample, for example `(2,)`; more axes are flattened.
        num_classes: Number of classes, at least 2. With 2 a single neuron fires for class 1.
        initializer: Start of the weights, a name in `cookbook.initializers` or an object. The
            source starts at random; zeros give Novikoff's bound on the number of mistakes.
        seed: Seed of the weights; `None` lets Keras draw.

    Returns:
        A functional model with its own `fit`, `float32[batch, *input_shape] -> float32[batch, 1]`
        scores for two classes and `float32[batch, num_classes]` for more.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
        >>> import numpy as np
        >>> gate = perceptron((2,))
        >>> x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
        >>> history = gate.fit(x, np.array([0, 0, 0, 1]), seed=0)  # logical and
        >>> gate.classify(x).tolist(), history.history["mistakes"][-1]
        ([0, 0, 0, 1], 0.0)
    """
    shape = check_input_shape(input_shape)
    classes = check_count("num_classes", num_classes, least=2)
    parts = Parts(initializer=initializer, seed=seed)
    features = keras.Input(shape, name="features")
    x = features if len(shape) == 1 else keras.layers.Flatten(name="flatten")(features)
    return Perceptron(features, parts.logits(x, 1 if classes == 2 else classes), name="perceptron")


def _winners(scores: np.ndarray) -> np.ndarray:
    """Step of a single score, index of the largest of several, along the last axis."""
    return (scores[..., 0] > 0).astype("int64") if scores.shape[-1] == 1 else scores.argmax(-1)


def _code(label: int, neurons: int) -> np.ndarray:
    """What the neurons put out for a class: 0 or 1 of a single one, else one-hot."""
    return np.array([float(label)]) if neurons == 1 else np.eye(neurons)[label]
