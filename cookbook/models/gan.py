"""Generative adversarial training as a Keras model of two players."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
from typing_extensions import override

from cookbook._names import unknown_name
from cookbook._nested import from_nested_config, nested_config
from cookbook.models.gan_networks import (
    dcgan_discriminator,
    dcgan_generator,
    dense_discriminator,
    dense_generator,
)
from cookbook.models.gan_players import DiscriminatorTurn, GeneratorTurn, PairOfOptimizers


@keras.saving.register_keras_serializable(package="cookbook")
class GAN(keras.Model):
    """Trains a generator and a discriminator in turn (Goodfellow et al. 2014).

    One training step is `discriminator_steps` turns of the discriminator, then one turn of
    the generator against the discriminator as it is now. With noise z ~ N(0, 1):

    - the discriminator minimises `-(log D(x) + log(1 - D(G(z)))) / 2`;
    - the generator minimises `-log D(G(z))`, the form that does not saturate while the
      discriminator still wins (section 3 of the paper).

    At the equilibrium both losses are `ln 2 = 0.693`. A discriminator loss near 0 for long
    means that the generator learns nothing.

    Each turn is a Keras trainer of its own that sees the other player as constant, and the
    step hands the batch from one to the other, all inside one compiled function. So `fit`,
    callbacks and `steps_per_execution` work as in every model, on every backend, without
    any code of a backend. Calling the model turns noise into images.

    Args:
        generator: `float[batch, noise_dim] -> float[batch, height, width, channels]`.
        discriminator: `float[batch, height, width, channels] -> float[batch, 1]`, a logit.
        discriminator_steps: Turns of the discriminator per turn of the generator.
        label_smoothing: Real images count as real with probability `1 - label_smoothing`
            (one-sided, Salimans et al. 2016), in [0, 1).
        **kwargs: Keras' model arguments, for example `name`.

    Raises:
        ValueError: If the networks do not fit each other, or a number is outside its range.

    Example:
        >>> import numpy as np
        >>> from cookbook.models.gan_networks import dense_discriminator, dense_generator
        >>> gan = GAN(dense_generator((4, 4, 1)), dense_discriminator((4, 4, 1)))
        >>> gan.compile()
        >>> history = gan.fit(np.zeros((8, 4, 4, 1), "float32"), batch_size=4, verbose=0)
        >>> sorted(history.history)
        ['discriminator_loss', 'generator_loss']
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        *,
        discriminator_steps: int = 1,
        label_smoothing: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        _check_players(generator, discriminator, discriminator_steps, label_smoothing)
        self.generator, self.discriminator = generator, discriminator
        self.discriminator_steps, self.label_smoothing = discriminator_steps, label_smoothing
        self.discriminator_turn = DiscriminatorTurn(
            generator, discriminator, label_smoothing, name="discriminator_turn"
        )
        self.generator_turn = GeneratorTurn(generator, discriminator, name="generator_turn")
        self.built = True

    @override
    def compile(
        self,
        generator_optimizer: keras.optimizers.Optimizer | None = None,
        discriminator_optimizer: keras.optimizers.Optimizer | None = None,
        **kwargs: Any,
    ) -> None:
        """Sets one optimizer per player.

        Args:
            generator_optimizer: By default Adam with rate 2e-4 and beta_1 0.5, as in DCGAN.
            discriminator_optimizer: The same default.
            **kwargs: `jit_compile`, `run_eagerly` or `steps_per_execution` of Keras.
        """
        self.generator_turn.compile(generator_optimizer or dcgan_adam())
        self.discriminator_turn.compile(discriminator_optimizer or dcgan_adam())
        pair = PairOfOptimizers(self.generator_turn.optimizer, self.discriminator_turn.optimizer)
        pair.build_for(self.generator.trainable_variables, self.discriminator.trainable_variables)
        super().compile(optimizer=pair, **kwargs)
        self._compile_options = kwargs

    @property
    @override
    def metrics(self) -> list[keras.Metric]:
        if not self.compiled:
            return []
        return [*self.discriminator_turn.metrics, *self.generator_turn.metrics]

    @override
    def get_metrics_result(self) -> dict[str, Any]:
        # Both turns call their metric "loss".
        turns = (self.discriminator_turn, self.generator_turn)
        return {turn.log_name: turn.metrics[0].result() for turn in turns}

    @override
    def call(self, noise: Any, training: bool | None = None) -> Any:
        return self.generator(noise, training=training)

    @override
    def train_step(self, *arguments: Any) -> Any:
        turns = [self.discriminator_turn] * self.discriminator_steps + [self.generator_turn]
        if keras.backend.backend() == "jax":
            state, data = arguments
            return self._stateless_turns(turns, state, data)
        logs: dict[str, Any] = {}
        for turn in turns:
            logs[turn.log_name] = turn.train_step(*arguments)["loss"]
        return logs

    def _stateless_turns(self, turns: list[Any], state: Any, data: Any) -> tuple[Any, Any]:
        # JAX steps take and give all values. Each turn is a trainer with its own order of
        # variables, so the values travel in one table, by variable.
        groups = _variable_groups(self)
        table = {
            id(variable): value
            for variables, values in zip(groups, state, strict=True)
            for variable, value in zip(variables, values, strict=True)
        }
        logs: dict[str, Any] = {}
        for turn in turns:
            own = _variable_groups(turn)
            given = tuple([table[id(variable)] for variable in group] for group in own)
            turn_logs, taken = turn.train_step(given, data)
            logs[turn.log_name] = turn_logs["loss"]
            for group, values in zip(own, taken, strict=True):
                table.update(zip(map(id, group), values, strict=True))
        return logs, tuple([table[id(variable)] for variable in group] for group in groups)

    @override
    def get_config(self) -> dict[str, Any]:
        return {
            "name": self.name,
            **nested_config(generator=self.generator, discriminator=self.discriminator),
            "discriminator_steps": self.discriminator_steps,
            "label_smoothing": self.label_smoothing,
        }

    @override
    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> GAN:
        return from_nested_config(cls, config, "generator", "discriminator")

    @override
    def get_compile_config(self) -> dict[str, Any]:
        return {
            "generator_optimizer": keras.optimizers.serialize(self.generator_turn.optimizer),
            "discriminator_optimizer": keras.optimizers.serialize(
                self.discriminator_turn.optimizer
            ),
            **self._compile_options,
        }

    @override
    def compile_from_config(self, config: dict[str, Any]) -> None:
        options = dict(config)
        for name in ("generator_optimizer", "discriminator_optimizer"):
            options[name] = keras.optimizers.deserialize(options[name])
        self.compile(**options)


def image_gan(
    image_shape: Sequence[int],
    *,
    kind: str = "dense",
    noise_dim: int = 32,
    dropout: float = 0.3,
    discriminator_steps: int = 1,
    label_smoothing: float = 0.0,
    seed: int | None = None,
) -> GAN:
    """Builds generator, discriminator and their training for small images.

    Args:
        image_shape: `(height, width, channels)`.
        kind: `"dense"` (Goodfellow et al. 2014), or `"dcgan"` (Radford et al. 2016), which
            halves height and width twice.
        noise_dim: Number of random inputs of the generator.
        dropout: Drop rate of the discriminator, in [0, 1).
        discriminator_steps: See `GAN`.
        label_smoothing: See `GAN`.
        seed: Seed of weights and dropout; `None` lets Keras draw.

    Returns:
        An uncompiled GAN.

    Raises:
        ValueError: If the kind is unknown, or an argument is outside its range.

    Example:
        >>> image_gan((8, 8, 1)).generator.output_shape
        (None, 8, 8, 1)
    """
    if kind not in _KINDS:
        raise ValueError(unknown_name("kind of GAN", kind, _KINDS))
    make_generator, make_discriminator = _KINDS[kind]
    height, width, channels = image_shape
    return GAN(
        make_generator((height, width, channels), noise_dim=noise_dim, seed=seed),
        make_discriminator((height, width, channels), dropout=dropout, seed=seed),
        discriminator_steps=discriminator_steps,
        label_smoothing=label_smoothing,
        name="image_gan",
    )


_KINDS: Mapping[str, tuple[Callable[..., keras.Model], Callable[..., keras.Model]]] = {
    "dcgan": (dcgan_generator, dcgan_discriminator),
    "dense": (dense_generator, dense_discriminator),
}


def dcgan_adam() -> keras.optimizers.Optimizer:
    """Makes the optimizer of Radford et al. (2016): Adam with rate 2e-4 and beta_1 0.5.

    Example:
        >>> dcgan_adam().beta_1
        0.5
    """
    return keras.optimizers.Adam(2e-4, beta_1=0.5)


def _variable_groups(model: keras.Model) -> tuple[list[Any], ...]:
    return (
        model.trainable_variables,
        model.non_trainable_variables,
        model.optimizer.variables,
        model.metrics_variables,
    )


def _check_players(
    generator: keras.Model, discriminator: keras.Model, steps: int, smoothing: float
) -> None:
    if generator.output_shape != discriminator.input_shape:
        raise ValueError(
            "The discriminator must take what the generator makes. Got generator output "
            f"{generator.output_shape} and discriminator input {discriminator.input_shape}."
        )
    if steps < 1 or not 0 <= smoothing < 1:
        raise ValueError(
            "`discriminator_steps >= 1` and `0 <= label_smoothing < 1` must hold. "
            f"Got discriminator_steps={steps}, label_smoothing={smoothing}."
        )
