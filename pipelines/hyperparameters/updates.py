"""After how many batches the weights of a training are updated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cookbook._ranges import AT_LEAST_ONE
from cookbook._registry import Entry

if TYPE_CHECKING:
    from pipelines.hyperparameters.options import TrainingOptions

LBFGS = "lbfgs"
WHOLE: Mapping[str, Entry] = {
    LBFGS: Entry(
        name=LBFGS,
        reference="pipelines.training.tensorflow.whole_batch:LbfgsTrainer",
        summary="Quasi-Newton steps on all training rows, with a line search, by SciPy.",
        source="Liu and Nocedal 1989; Byrd et al. 1995",
        ranges={"iterations": AT_LEAST_ONE, "memory": AT_LEAST_ONE},
        parameters={"iterations": 20, "memory": 10},
    )
}
"""Optimizers that are no rule for one gradient, hence none of Keras'."""


@dataclass(frozen=True)
class Updates:
    """How the batches of an epoch are gathered into updates.

    Args:
        steps: Batches of an epoch, at least 1.
        epochs: Epochs of the training, at least 1.
        full_batch: One update an epoch.
        doublings: How often the number of batches of an update doubles, in stretches of equal
            length.

    Example:
        >>> updates = Updates(steps=10, epochs=6, doublings=2)
        >>> [updates.batches(epoch) for epoch in range(6)], updates.total
        ([1, 1, 2, 2, 4, 4], 36)
    """

    steps: int
    epochs: int
    full_batch: bool = False
    doublings: int = 0

    def batches(self, epoch: int) -> int:
        """Batches of one update in an epoch, counted from 0."""
        if self.full_batch:
            return self.steps
        stretch = min(epoch * (self.doublings + 1) // self.epochs, self.doublings)
        return int(min(2**stretch, self.steps))

    @property
    def total(self) -> int:
        """Updates of the whole training."""
        return sum(-(-self.steps // self.batches(epoch)) for epoch in range(self.epochs))


def updates_of(options: TrainingOptions, *, steps: int) -> Updates:
    """The updates of a training.

    Args:
        options: Of the training.
        steps: Batches of an epoch.
    """
    return Updates(
        steps=steps,
        epochs=options.epochs,
        full_batch=options.full_batch or options.optimizer == LBFGS,
        doublings=options.batch_doublings,
    )


def check_updates(options: TrainingOptions) -> None:
    """Refuses ways of updating that exclude each other.

    Raises:
        ValueError: If two of them are asked for, or what an optimizer has no place for.
    """
    whole = options.full_batch or options.optimizer == LBFGS
    if options.gradient_tolerance and not whole:
        raise ValueError(
            "A small gradient of one batch says nothing about the whole. Got gradient_tolerance="
            f"{options.gradient_tolerance}: set full_batch=true, or optimizer=lbfgs, as well."
        )
    if whole and options.batch_doublings:
        raise ValueError(
            "A batch of all training rows cannot grow. Got batch_doublings="
            f"{options.batch_doublings}: set it to 0, or leave full_batch out."
        )
    if options.optimizer == LBFGS:
        unused = ("weight_decay", "clip_norm", "ema", "warmup", "gradient_checkpointing")
        given = [f"{name}={getattr(options, name)}" for name in unused if getattr(options, name)]
        if given:
            raise ValueError(
                "L-BFGS finds the length of its steps itself, and knows no decay, clipping, "
                f"averaging, warm-up or checkpointing. Got {', '.join(given)}: set them to 0."
            )
    if options.optimizer == "spsa" and (whole or options.batch_doublings):
        raise ValueError(
            "SPSA has no gradients that could be gathered over batches. Got full_batch="
            f"{options.full_batch}, batch_doublings={options.batch_doublings}: leave them out, or "
            "set batch_size."
        )
    forms = {
        "A curriculum": f"curriculum={options.curriculum}" if options.curriculum else "",
        "Progressive resizing": f"progressive_sizes={list(options.progressive_sizes)}"
        if options.progressive_sizes
        else "",
        "Distillation": f"teacher={options.teacher!r}" if options.teacher else "",
    }
    asked = [form for form, given in forms.items() if given]
    taken = options.optimizer in (LBFGS, "spsa") or options.gradient_checkpointing
    if len(asked) > 1 or (asked and taken):
        raise ValueError(
            f"{asked[0]} trains in a form of its own, which has no place for lbfgs, spsa, "
            "gradient_checkpointing and another form. Got "
            f"{', '.join(filter(None, forms.values()))}: leave one of them out."
        )
    if options.optimizer == "spsa" and options.gradient_checkpointing:
        raise ValueError(
            "SPSA has no backward pass to save memory in. Got gradient_checkpointing=true: leave "
            "it out."
        )
