"""The two turns of adversarial training, each a Keras trainer that moves one player."""

from __future__ import annotations

from typing import Any

import keras
from typing_extensions import override


class _Turn(keras.Model):
    """A trainer whose trainable variables are one player's.

    Everything else, the other player and the state of the noise, is non-trainable state:
    on JAX it must be part of the step's inputs, or the compiled step would keep its first
    values for ever.
    """

    log_name = ""

    def __init__(self, generator: keras.Model, discriminator: keras.Model, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.generator, self.discriminator = generator, discriminator
        self.noise = keras.random.SeedGenerator(name="noise")
        self.built = True

    @property
    def learner(self) -> keras.Model:
        raise NotImplementedError

    @property
    @override
    def trainable_variables(self) -> list[Any]:
        return self.learner.trainable_variables

    @property
    @override
    def trainable_weights(self) -> list[Any]:
        return self.learner.trainable_weights

    @property
    @override
    def non_trainable_variables(self) -> list[Any]:
        learned = {id(variable) for variable in self.learner.trainable_variables}
        return [variable for variable in self.variables if id(variable) not in learned]

    def generate(self, images: Any) -> Any:
        """Makes as many images as there are in the batch of real ones."""
        shape = (keras.ops.shape(images)[0], self.generator.input_shape[-1])
        noise = keras.random.normal(shape, seed=self.noise, dtype=self.compute_dtype)
        return self.generator(noise, training=True)


class DiscriminatorTurn(_Turn):
    """Tells real images from generated ones; the generator is constant."""

    log_name = "discriminator_loss"

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        label_smoothing: float,
        **kwargs: Any,
    ) -> None:
        super().__init__(generator, discriminator, **kwargs)
        self.label_smoothing = label_smoothing

    @property
    @override
    def learner(self) -> keras.Model:
        return self.discriminator

    @override
    def call(self, images: Any, training: bool | None = None) -> tuple[Any, Any]:
        made = keras.ops.stop_gradient(self.generate(images))
        return self.discriminator(images, training=training), self.discriminator(
            made, training=training
        )

    @override
    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        real, made = y_pred
        loss_of_real = _cross_entropy(real, 1.0 - self.label_smoothing)
        return (loss_of_real + _cross_entropy(made, 0.0)) / 2 + sum(self.discriminator.losses)


class GeneratorTurn(_Turn):
    """Makes images that the discriminator takes for real; the discriminator is constant."""

    log_name = "generator_loss"

    @property
    @override
    def learner(self) -> keras.Model:
        return self.generator

    @override
    def call(self, images: Any, training: bool | None = None) -> Any:
        return self.discriminator(self.generate(images), training=training)

    @override
    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        return _cross_entropy(y_pred, 1.0) + sum(self.generator.losses)


@keras.saving.register_keras_serializable(package="cookbook")
class PairOfOptimizers(keras.optimizers.Optimizer):
    """Holds the state of two optimizers for saving and for JAX; each does its own updates.

    Args:
        generator: The generator's optimizer.
        discriminator: The discriminator's optimizer.
    """

    def __init__(
        self,
        generator: keras.optimizers.Optimizer,
        discriminator: keras.optimizers.Optimizer,
    ) -> None:
        super().__init__(learning_rate=1.0, name="pair")
        self.generator, self.discriminator = generator, discriminator

    def build_for(self, generator_variables: Any, discriminator_variables: Any) -> None:
        """Makes the state of both for the variables of each player."""
        self.generator.build(generator_variables)
        self.discriminator.build(discriminator_variables)
        self.built = True

    @property
    @override
    def variables(self) -> list[Any]:
        return [*self.generator.variables, *self.discriminator.variables]

    @override
    def build(self, variables: Any) -> None:
        self.built = True

    @override
    def get_config(self) -> dict[str, Any]:
        return {
            "generator": keras.optimizers.serialize(self.generator),
            "discriminator": keras.optimizers.serialize(self.discriminator),
        }

    @override
    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> PairOfOptimizers:
        return cls(**{name: keras.optimizers.deserialize(x) for name, x in config.items()})


def _cross_entropy(logits: Any, target: float) -> Any:
    targets = keras.ops.full_like(logits, target)
    return keras.ops.mean(keras.losses.binary_crossentropy(targets, logits, from_logits=True))
