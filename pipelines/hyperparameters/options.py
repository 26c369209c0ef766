"""Hyperparameters of training, told apart from those of the model's builder."""

from __future__ import annotations

import functools
import inspect
import math
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from cookbook._lazy import load_object
from cookbook._names import unknown_name
from pipelines.hyperparameters.arguments import check_arguments
from pipelines.hyperparameters.families import (
    FAMILIES,
    check_member,
    family_of,
    member_parameters,
)
from pipelines.hyperparameters.precision import PRECISIONS
from pipelines.hyperparameters.updates import check_updates

INPUTS = ("arrays", "tf.data")


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """How a model is trained; every field may stand in a recipe, a job or `--set`.

    Attributes:
        optimizer: Name in `cookbook.optimizers`, or `"lbfgs"`.
        learning_rate: Peak learning rate, > 0.
        weight_decay: Decoupled weight decay of the kernels, >= 0; left out, `adamw` and `muon`
            decay by 0.004, the others not.
        clip_norm: Global gradient norm to clip at; 0 switches clipping off.
        schedule: One of `SCHEDULE_NAMES` in `pipelines.hyperparameters.schedules`; it spans the
            whole training, its highest rate is `learning_rate`.
        warmup: Share of all steps spent on linear warm-up, in [0, 1).
        batch_size: Samples a step, >= 1.
        batch_doublings: How often the batch of an update doubles, in stretches of equal length,
            >= 0; 0 keeps its size.
        full_batch: One update an epoch, by the gradient of all training samples; `batch_size` is
            then the number of samples that are computed at once.
        gradient_tolerance: With all training samples in an update: stop when the norm of the
            gradient is below this, >= 0.
        curriculum: Share of the rows of each batch, those with the largest losses, that count
            nothing at first; it falls evenly to 0. In [0, 1); 0 for none.
        gradient_checkpointing: Forget activations inside blocks of the network, and compute them
            again in the backward pass: less memory for more time.
        progressive_sizes: Images: height in pixels that they are shrunk to in stretches of equal
            length; the last one is their own. Empty for full size all the time.
        teacher: Folder of a trained model of the same data that is learned from beside the
            labels; empty for none.
        teacher_share: What the teacher's loss counts, in [0, 1]; the labels count the rest.
        teacher_temperature: What logits are divided by in the teacher's loss, > 0.
        epochs: Passes over the training data, >= 1.
        label_smoothing: In [0, 1); classification only.
        loss: Name in `cookbook.losses`, one that the task takes; empty for the task's own.
        augment: Preset of `pipelines.inputs`; empty for none.
        standardize: Images: subtract the training mean and divide by its deviation.
        ema: Decay of an exponential moving average of the weights; 0 switches it off.
        patience: Stop after so many epochs without improvement; 0 trains all epochs.
        precision: One of `PRECISIONS`: `"mixed_bfloat16"` computes layers in bfloat16 and keeps
            weights, logits, loss and metrics in float32. It pays for convolutions where
            the processor multiplies bfloat16 (AMX, GPUs); see docs/performance.md.
        input: `"arrays"` gathers batches inside the compiled epoch; `"tf.data"` draws the same
            batches from a `tf.data` pipeline.
        parameters: Of the loss, the optimizer and the schedule, by family; as hyperparameters
            they are written `loss.delta`, `optimizer.momentum`, `schedule.final`.
        given: Names of the options that were said: a 0 may be meant.
    """

    optimizer: str = "adam"
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    clip_norm: float = 0.0
    schedule: str = "constant"
    warmup: float = 0.0
    batch_size: int = 32
    batch_doublings: int = 0
    full_batch: bool = False
    gradient_tolerance: float = 0.0
    curriculum: float = 0.0
    gradient_checkpointing: bool = False
    progressive_sizes: tuple[int, ...] = ()
    teacher: str = ""
    teacher_share: float = 0.9
    teacher_temperature: float = 4.0
    epochs: int = 10
    label_smoothing: float = 0.0
    loss: str = ""
    augment: str = ""
    standardize: bool = False
    ema: float = 0.0
    patience: int = 0
    precision: str = "float32"
    input: str = "arrays"
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    given: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
            ValueError: If a value is outside its range.
        """
        ranges = {
            "learning_rate > 0": self.learning_rate > 0,
            "weight_decay >= 0": self.weight_decay >= 0,
            "clip_norm >= 0": self.clip_norm >= 0,
            "0 <= warmup < 1": 0 <= self.warmup < 1,
            "batch_size >= 1": self.batch_size >= 1,
            "batch_doublings >= 0": self.batch_doublings >= 0,
            "gradient_tolerance >= 0": self.gradient_tolerance >= 0,
            "0 <= curriculum < 1": 0 <= self.curriculum < 1,
            "progressive_sizes >= 1": min(self.progressive_sizes, default=1) >= 1,
            "0 <= teacher_share <= 1": 0 <= self.teacher_share <= 1,
            "teacher_temperature > 0": self.teacher_temperature > 0,
            "epochs >= 1": self.epochs >= 1,
            "0 <= label_smoothing < 1": 0 <= self.label_smoothing < 1,
            "0 <= ema < 1": 0 <= self.ema < 1,
            "patience >= 0": self.patience >= 0,
        }
        if self.input not in INPUTS:
            raise ValueError(unknown_name("input", self.input, INPUTS))
        if self.precision not in PRECISIONS:
            raise ValueError(unknown_name("precision", self.precision, PRECISIONS))
        for name in _NUMBERS:
            if not math.isfinite(getattr(self, name)):
                raise ValueError(
                    f"`{name}` is a finite number. Got {name}={getattr(self, name)!r}."
                )
        for rule, holds in ranges.items():
            if not holds:
                name = next(field.name for field in fields(self) if field.name in rule)
                raise ValueError(f"`{rule}` must hold. Got {name}={getattr(self, name)!r}.")
        for family in FAMILIES:
            check_member(family, getattr(self, family), self.of(family))
        check_updates(self)
        if self.schedule == "one_cycle_momentum" and self.warmup:
            raise ValueError(
                "The schedule one_cycle_momentum rises by itself, momentum with it. Got "
                f"warmup={self.warmup}: set schedule.rise instead."
            )
        clips = [name for name in _CLIPS if self.of("optimizer").get(name)]
        clips = ["clip_norm"] * bool(self.clip_norm) + [f"optimizer.{name}" for name in clips]
        if len(clips) > 1:
            raise ValueError(f"Gradients are clipped in one way. Got {' and '.join(clips)}.")

    def of(self, family: str) -> Mapping[str, Any]:
        """Parameters that were set of the loss, the optimizer or the schedule."""
        return self.parameters.get(family, {})


_CLIPS = ("clipnorm", "clipvalue", "global_clipnorm")
_NUMBERS = (
    "learning_rate",
    "weight_decay",
    "clip_norm",
    "gradient_tolerance",
    "teacher_share",
    "teacher_temperature",
)
TRAINING_NAMES = frozenset(f.name for f in fields(TrainingOptions)) - {"parameters", "given"}


def is_training_name(name: str) -> bool:
    """Whether a hyperparameter is one of the training and not of the builder or the task.

    Example:
        >>> is_training_name("epochs"), is_training_name("loss.delta"), is_training_name("units")
        (True, True, False)
    """
    return name in TRAINING_NAMES or family_of(name) is not None


def split_parameters(params: Mapping[str, Any]) -> tuple[TrainingOptions, dict[str, Any]]:
    """Separates training options from the builder's arguments.

    Args:
        params: All hyperparameters of one training.

    Returns:
        The options, and what is left for the builder.

    Raises:
        ValueError: If an option is outside its range.

    Example:
        >>> options, rest = split_parameters({"epochs": 3, "units": 8})
        >>> options.epochs, rest
        (3, {'units': 8})
    """
    training = {name: value for name, value in params.items() if name in TRAINING_NAMES}
    rest = {name: value for name, value in params.items() if not is_training_name(name)}
    parameters: dict[str, dict[str, Any]] = {}
    for name, value in params.items():
        if (family := family_of(name)) is not None:
            parameters.setdefault(family, {})[name.partition(".")[2]] = value
    given = tuple(sorted(training))
    return TrainingOptions(**training, parameters=parameters, given=given), rest


def resolve(reference: str) -> Callable[..., Any]:
    """The function that `"module:function"` names."""
    function: Callable[..., Any] = load_object(reference)
    return function


def check_parameter_names(
    params: Mapping[str, Any], builder: str, *, extra: frozenset[str]
) -> None:
    """Refuses hyperparameters that neither the training nor the builder takes.

    Args:
        params: Hyperparameters by name.
        builder: `"module:function"` of the builder; this imports Keras.
        extra: Further names that the recipe's task takes.

    Raises:
        ValueError: On an unknown name, with the nearest known one, or an argument of another kind.
    """
    known = TRAINING_NAMES | argument_names(builder) | extra
    for name in params:
        if name not in known and family_of(name) is None:
            raise ValueError(unknown_name("hyperparameter", name, known))
    check_arguments(params, builder)


@functools.cache
def argument_names(builder: str) -> frozenset[str]:
    """Names of a builder's arguments, those of a typed `**options` too; this imports Keras."""
    function = resolve(builder)
    names: set[str] = set()
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            (options,) = typing.get_args(typing.get_type_hints(function)[name]) or (None,)
            names |= set(getattr(options, "__annotations__", {}))
        else:
            names.add(name)
    return frozenset(names)


def default_values(
    builder: str, names: Iterable[str], known: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What a training does where a hyperparameter is not given; this may import Keras.

    Args:
        builder: `"module:function"` of the builder.
        names: Hyperparameters.
        known: The hyperparameters that are given; they name the loss, optimizer and schedule.

    Returns:
        The values of those that have one: options of a typed `**options` have none, nor has a
        parameter of another loss, optimizer or schedule than the training's.

    Example:
        >>> default_values("cookbook.models.dense:mlp", ["schedule", "batch_norm"])
        {'schedule': 'constant', 'batch_norm': False}
    """
    defaults = {field.name: field.default for field in fields(TrainingOptions)}
    for family in FAMILIES:
        member = {**defaults, **(known or {})}[family]
        usual = member_parameters(family, member).items()
        defaults |= {f"{family}.{name}": value for name, value in usual if value is not None}
    asked = list(names)
    if not all(map(is_training_name, asked)):
        for name, parameter in inspect.signature(resolve(builder)).parameters.items():
            if parameter.default is not parameter.empty:
                defaults[name] = parameter.default
    return {name: defaults[name] for name in asked if name in defaults}
