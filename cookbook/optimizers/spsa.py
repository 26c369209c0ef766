"""Simultaneous perturbation stochastic approximation: training without gradients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops
from typing_extensions import override

from cookbook._keras_internals import rate_of
from cookbook._ranges import NOT_NEGATIVE, POSITIVE, UP_TO_ONE, check_range
from cookbook.optimizers.selective_decay import _SelectiveDecay


def check_spall_exponents(alpha: float, gamma: float) -> None:
    """Refuses gain exponents for which SPSA need not converge.

    With step gains `a[k] ~ k ** -alpha` and perturbations `c[k] ~ k ** -gamma` the proofs need
    `0 < alpha <= 1`, `gamma > 0`, `alpha - 2 gamma > 0`, `3 gamma - alpha / 2 >= 0` and
    `sum (a[k] / c[k]) ** 2 < inf`, that is `2 (alpha - gamma) > 1`. The usual pair 0.602 and
    0.101 lies just inside; `gamma in (1/6, 1/2]`, as the R&D report (source 003) has it,
    would exclude it.

    Source: Spall 1992, Multivariate stochastic approximation; Spall 1998, Implementation of
    the simultaneous perturbation algorithm.

    Raises:
        ValueError: If a condition is broken; the message names it.

    Example:
        >>> check_spall_exponents(0.602, 0.101)
        >>> check_spall_exponents(1.0, 1 / 6)
        >>> check_spall_exponents(0.6, 0.3)
        Traceback (most recent call last):
        ...
        ValueError: `alpha - 2 gamma > 0` must hold. Got alpha=0.6, gamma=0.3: ...
    """
    check_range("alpha", alpha, UP_TO_ONE)
    check_range("gamma", gamma, POSITIVE)
    tolerance = 1e-12  # 3 * (1 / 6) - 1 / 2 must count as zero
    rules = (
        ("alpha - 2 gamma > 0", alpha - 2 * gamma > tolerance),
        ("3 gamma - alpha / 2 >= 0", 3 * gamma - alpha / 2 >= -tolerance),
        ("2 (alpha - gamma) > 1", 2 * (alpha - gamma) > 1 + tolerance),
    )
    for rule, holds in rules:
        if not holds:
            raise ValueError(
                f"`{rule}` must hold. Got alpha={alpha}, gamma={gamma}: alpha=0.602 and "
                "gamma=0.101 are the usual choice."
            )


@keras.saving.register_keras_serializable("cookbook")
class SpallGain(keras.optimizers.schedules.LearningRateSchedule):
    """The gain sequence `scale / (step + 1 + stability) ** exponent`.

    Args:
        scale: Numerator, positive.
        exponent: Decay exponent, positive.
        stability: Steps added to the count, not negative: a tenth of the expected steps keeps
            early steps small.

    Example:
        >>> float(SpallGain(1.0, 1.0, stability=3.0)(0))
        0.25
    """

    def __init__(self, scale: float, exponent: float, *, stability: float = 0.0) -> None:
        check_range("scale", scale, POSITIVE)
        check_range("exponent", exponent, POSITIVE)
        check_range("stability", stability, NOT_NEGATIVE)
        self.scale, self.exponent, self.stability = scale, exponent, stability

    @override
    def __call__(self, step: Any) -> Any:
        count = ops.cast(step, keras.config.floatx()) + 1.0 + self.stability
        return self.scale / ops.power(count, self.exponent)

    @override
    def get_config(self) -> dict[str, float]:
        return {"scale": self.scale, "exponent": self.exponent, "stability": self.stability}


def perturbation_estimate(
    loss: Callable[[list[Any]], Any], values: Sequence[Any], directions: Sequence[Any], size: Any
) -> tuple[list[Any], Any]:
    """Estimates a gradient from two values of the loss.

    `g[i] = (L(w + c d) - L(w - c d)) / (2 c d[i])`: one difference for all coordinates,
    divided by each coordinate's own direction. For independent symmetric `d` with finite
    inverse moments, such as signs, its mean is the gradient up to `O(c ** 2)`.

    Args:
        loss: Maps a list of tensors to a scalar.
        values: Tensors `w`.
        directions: Tensors `d` of the same shapes, nowhere zero.
        size: Scalar `c`, positive.

    Returns:
        The estimates, one per tensor, and the mean of the two losses.

    Example:
        >>> square = lambda values: ops.sum(values[0] ** 2)
        >>> gradient, _ = perturbation_estimate(
        ...     square, [ops.convert_to_tensor([3.0])], [ops.convert_to_tensor([1.0])], 0.5
        ... )
        >>> float(gradient[0][0])
        6.0
    """
    above = loss([w + ops.cast(size, w.dtype) * d for w, d in zip(values, directions, strict=True)])
    below = loss([w - ops.cast(size, w.dtype) * d for w, d in zip(values, directions, strict=True)])
    slope = (above - below) / (2.0 * ops.cast(size, above.dtype))
    return [ops.cast(slope, d.dtype) / d for d in directions], (above + below) / 2.0


@keras.saving.register_keras_serializable("cookbook")
class SPSA(_SelectiveDecay, keras.optimizers.Optimizer):
    """Descends along gradient estimates from two loss values per step.

    A Keras optimizer only ever sees gradients, so the two loss values come from the model's
    train step: `cookbook.optimizers.gradient_free(model)` gives the same model with that
    step. With a plain model `fit` would differentiate behind SPSA's back; that is refused.

    `w -= a[k] g[k]` with `a[k] = learning_rate / (k + 1 + stability) ** alpha`, and
    perturbations of size `c[k] = perturbation / (k + 1) ** gamma` along random signs.

    Source: Spall 1992 and 1998; R&D report (source 003) with the corrections in `docs/errata.md`.

    Args:
        learning_rate: Scale `a` of the gains, positive; or any schedule, used as it is.
        perturbation: Scale `c`, positive: about the standard deviation of the loss noise, not
            below the precision of the weights.
        stability: Steps `A` in the gain, not negative.
        alpha: Exponent of the gain.
        gamma: Exponent of the perturbation.
        directions: Estimates averaged per step, each costing two evaluations.
        seed: Seed of the random signs; 0 is a seed.
        **options: Arguments of `keras.optimizers.Optimizer`, clipping of the estimates among
            them, and `undecayed`: variable names that weight decay spares.

    Raises:
        ValueError: If a number is out of range or the exponents break Spall's conditions.

    Example:
        >>> optimizer = SPSA(0.1, perturbation=0.05, stability=10.0)
        >>> round(float(optimizer.perturbation_size()), 4)
        0.05
    """

    def __init__(
        self,
        learning_rate: Any = 0.1,
        *,
        perturbation: float = 0.1,
        stability: float = 0.0,
        alpha: float = 0.602,
        gamma: float = 0.101,
        directions: int = 1,
        seed: int = 0,
        **options: Any,
    ) -> None:
        check_spall_exponents(alpha, gamma)
        if directions < 1:
            raise ValueError(
                f"`directions >= 1` must hold. Got directions={directions}: one is the usual."
            )
        gain = learning_rate
        if isinstance(learning_rate, int | float):
            gain = SpallGain(float(learning_rate), alpha, stability=stability)
        super().__init__(learning_rate=gain, **options)
        self.perturbation = SpallGain(perturbation, gamma)
        self._arguments = {
            "perturbation": perturbation,
            "stability": stability,
            "alpha": alpha,
            "gamma": gamma,
            "directions": directions,
            "seed": seed,
        }
        self.directions = directions
        self._seeds = keras.random.SeedGenerator(seed)
        # Tracked, so that it is saved, restored and carried through JAX's stateless steps.
        self._seed_state = self._seeds.state
        self._estimating = False

    def perturbation_size(self) -> Any:
        """Perturbation `c[k]` of the step that comes next, `float[]`."""
        return self.perturbation(self.iterations)

    def random_signs(self, values: Sequence[Any]) -> list[Any]:
        """Draws one tensor of signs -1 and 1 for each tensor, of its shape and dtype."""
        return [
            ops.cast(keras.random.randint(v.shape, 0, 2, seed=self._seeds) * 2 - 1, v.dtype)
            for v in values
        ]

    def apply_estimates(self, estimates: Sequence[Any], variables: Sequence[Any]) -> None:
        """Updates variables from gradient estimates.

        Args:
            estimates: One tensor per variable.
            variables: The trainable variables the optimizer was built with.
        """
        self._estimating = True
        try:
            self.apply(list(estimates), list(variables))
        finally:
            self._estimating = False

    @override
    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        if not self._estimating:
            raise ValueError(
                "SPSA needs two losses per step and takes no gradients. Got gradients by "
                "differentiation: train cookbook.optimizers.gradient_free(model) instead."
            )
        super().apply(grads, trainable_variables)

    @override
    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        dtype = variable.dtype
        self.assign_sub(variable, ops.cast(learning_rate, dtype) * ops.cast(gradient, dtype))

    @override
    def get_config(self) -> dict[str, Any]:
        config = {**super().get_config(), **self._arguments}
        gain = rate_of(self)
        made = (self._arguments["alpha"], self._arguments["stability"])
        if isinstance(gain, SpallGain) and (gain.exponent, gain.stability) == made:
            config["learning_rate"] = gain.scale
        return config
