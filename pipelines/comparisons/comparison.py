"""What a comparison is: arms that differ in one thing, and what is measured of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cookbook._names import unknown_name
from pipelines.hyperparameters.options import is_training_name
from pipelines.recipes.recipe import Recipe
from pipelines.recipes.registry import load_recipe

TRAIN = "pipelines.comparisons.measuring:train_arm"


@dataclass(frozen=True, kw_only=True)
class Part:
    """Arms that are compared with one another on one metric.

    Attributes:
        recipe: Name of the recipe that gives data, task and default hyperparameters.
        arms: Name to the hyperparameters that make the arm what it is.
        metric: What arms are compared on; of the validation rows, after the last epoch.
        direction: `"maximize"` or `"minimize"`.
        also: Further numbers of the table.
        curves: What the figure shows, one panel each; `metric` alone by default.
        over: A numeric hyperparameter that differs between the arms: the figure then has one
            panel, the last values of all `curves` over it, on a logarithmic axis.
        x: What the figure's x axis counts: `"epoch"`, `"optimizer step"`, or what `measure` says.
        log_x: Whether the x axis is logarithmic.
        log_y: Whether the y axis is logarithmic.
        reference: Height and label of a line to compare the curves with.
        title: Name of the part where a comparison has several.
        fixed: Hyperparameters that all arms share; they win over the recipe's.
        tiny: Replaces `fixed` in tiny mode.
        learning_rates: Arm to candidates, > 0: each arm then gets the best of them, found with
            one training per candidate on a seed that the comparison itself does not use.
        rows: At most so many training rows; all of them by default.
        tiny_rows: The same in tiny mode.
        builder: `"module:function"` of another builder than the recipe's. Of the recipe's
            defaults it keeps the training options alone.
        own: Hyperparameters that `measure` itself takes.
        measure: `"module:function"`, `Setting -> ArmResult`: trains one arm with one seed.
    """

    recipe: str
    arms: Mapping[str, Mapping[str, Any]]
    metric: str = "val_accuracy"
    direction: str = "maximize"
    also: tuple[str, ...] = ("val_loss",)
    curves: tuple[str, ...] = ()
    over: str = ""
    x: str = "epoch"
    log_x: bool = False
    log_y: bool = False
    reference: tuple[float, str] | None = None
    title: str = ""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    tiny: Mapping[str, Any] = field(default_factory=lambda: {"epochs": 2})
    learning_rates: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    rows: int | None = None
    tiny_rows: int = 128
    builder: str = ""
    own: frozenset[str] = frozenset()
    measure: str = TRAIN

    @property
    def shown(self) -> tuple[str, ...]:
        """Metrics of the figure's panels."""
        return self.curves or (self.metric,)

    @property
    def metrics(self) -> tuple[str, ...]:
        """All numbers of the table, the compared one first."""
        return (self.metric, *self.also)

    @property
    def varied(self) -> frozenset[str]:
        """Hyperparameters that differ between the arms and cannot be set for all of them."""
        names = {name for arm in self.arms.values() for name in arm}
        return frozenset(names | ({"learning_rate"} if self.learning_rates else set()))

    def base(self) -> Recipe:
        """The recipe, with the part's builder where it has one."""
        recipe = load_recipe(self.recipe)
        if not self.builder:
            return recipe
        from dataclasses import replace

        kept = {k: v for k, v in recipe.defaults.items() if is_training_name(k)}
        return replace(recipe, builder=self.builder, defaults=kept)

    def params(self, arm: str, settings: Mapping[str, Any], *, tiny: bool) -> dict[str, Any]:
        """Hyperparameters of an arm beyond the recipe's defaults.

        Args:
            arm: Name of the arm.
            settings: What the user set for all arms.
            tiny: Tiny mode.

        Returns:
            Names to values.

        Raises:
            ValueError: If there is no such arm.

        Example:
            >>> part = Part(recipe="digits-mlp", arms={"relu": {"activation": "relu"}})
            >>> part.params("relu", {"dropout": 0.2}, tiny=True)
            {'epochs': 2, 'dropout': 0.2, 'activation': 'relu'}
        """
        if arm not in self.arms:
            raise ValueError(unknown_name("arm", arm, self.arms))
        return {**self.fixed, **(self.tiny if tiny else {}), **settings, **self.arms[arm]}


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A question that trainings answer.

    Attributes:
        name: Name in the CLI, `compare-` and the file's name.
        summary: One line for listings.
        question: What is asked, and what is held equal so that the answer means something.
        parts: What is compared; arms of different parts are not compared with one another.
        source: Where the question comes from.
        fits_in: Free-text note of what a full run costs.
    """

    name: str
    summary: str
    question: str
    parts: tuple[Part, ...]
    source: str
    fits_in: str = ""

    def __post_init__(self) -> None:
        """Checks that names of parts differ and directions exist.

        Raises:
            ValueError: If two parts share a title, a direction is unknown, or a learning rate
                belongs to no arm.
        """
        titles = [part.title for part in self.parts]
        if len(set(titles)) != len(titles) or not titles:
            raise ValueError(f"The parts of a comparison need different titles. Got {titles}.")
        for part in self.parts:
            if part.direction not in ("maximize", "minimize"):
                raise ValueError(
                    f"`direction` is 'maximize' or 'minimize'. Got {part.direction!r}."
                )
            unknown = set(part.learning_rates) - set(part.arms)
            if unknown:
                raise ValueError(
                    f"Learning rates belong to arms. Got {sorted(unknown)}, which are none of "
                    f"{sorted(part.arms)}."
                )
