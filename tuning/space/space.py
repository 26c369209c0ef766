"""The search space: declared once, read by grids, strategies, jobs, tracking and reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tuning._names import unknown_name
from tuning.space.conditions import holds, parents_first, with_conditions, without_impossible
from tuning.space.dimensions import Choice, Dimension, Fixed
from tuning.space.encoding import canonical_text, canonical_value, decode_value, encode_value
from tuning.space.forms import dimension_from
from tuning.space.grid import Grid
from tuning.space.narrowing import narrowed
from tuning.space.ranges import Float, Int

__all__ = ["Choice", "Dimension", "Fixed", "Float", "Int", "Space"]

Params = Mapping[str, Any]


class Space:
    """Named hyperparameters, some of which exist only under a condition.

    Rules:
        1. A point holds exactly the parameters whose conditions hold, parents before children.
        2. `from_dict(to_dict())` is equal to the space, also through JSON and YAML.
        3. Every point of `grid` and every `defaults` is contained in the space, once.
        4. `narrow` returns a space whose every point is contained in this one.

    Args:
        dimensions: Name to `Int`, `Float`, `Choice` or `Fixed`, or to their plain form.

    Raises:
        ValueError: If a name is not a string, a condition names an unknown parameter or a value
            that the parent never takes, or conditions form a circle.

    Example:
        >>> space = Space({
        ...     "optimizer": Choice(["adam", "sgd"]),
        ...     "momentum": Float(0.5, 0.9, step=0.4, when={"optimizer": "sgd"}),
        ... })
        >>> for point in space.grid():
        ...     print(point)
        {'optimizer': 'adam'}
        {'optimizer': 'sgd', 'momentum': 0.5}
        {'optimizer': 'sgd', 'momentum': 0.9}
    """

    def __init__(self, dimensions: Mapping[str, Any]) -> None:
        made = {name: dimension_from(name, plain) for name, plain in dimensions.items()}
        for name in made:
            if not isinstance(name, str) or not name:
                raise ValueError(f"A parameter's name must be a non-empty string. Got {name!r}.")
        self._dimensions = parents_first(
            {name: with_conditions(name, dimension, made) for name, dimension in made.items()}
        )

    @property
    def dimensions(self) -> dict[str, Dimension]:
        """Name to dimension, parents before children."""
        return dict(self._dimensions)

    @property
    def searched(self) -> dict[str, Dimension]:
        """The dimensions that a strategy has to choose: all but the fixed ones."""
        return {k: d for k, d in self._dimensions.items() if not isinstance(d, Fixed)}

    @property
    def conditional(self) -> bool:
        """Whether some searched parameter exists only under a condition."""
        return any(dimension.when for dimension in self.searched.values())

    def __repr__(self) -> str:
        return f"Space({self.to_dict()})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Space) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    @property
    def _text(self) -> str:
        return canonical_text(self.to_dict())

    def __len__(self) -> int:
        return len(self._dimensions)

    def __contains__(self, name: object) -> bool:
        return name in self._dimensions

    def __getitem__(self, name: str) -> Dimension:
        if name not in self._dimensions:
            raise ValueError(unknown_name("parameter", name, self._dimensions))
        return self._dimensions[name]

    def to_dict(self) -> dict[str, Any]:
        """Writes the space as plain dictionaries, as a job's YAML has it."""
        return {name: dimension.to_dict() for name, dimension in self._dimensions.items()}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Space:
        """Reads a space from its plain form."""
        return cls(plain)

    def is_active(self, name: str, params: Params) -> bool:
        """Whether a parameter exists beside the given values of its parents.

        Args:
            name: The parameter.
            params: Values of at least its parents; a missing parent is an absent one.
        """
        return holds(self[name], params)

    def complete(self, params: Params) -> dict[str, Any]:
        """Returns a point in the order of the space, with the fixed parameters added.

        Args:
            params: Values of the searched parameters.

        Raises:
            ValueError: If a value is outside its dimension, missing, or not part of the point.
        """
        unknown = [name for name in params if name not in self._dimensions]
        if unknown:
            raise ValueError(unknown_name("parameter", unknown[0], self._dimensions))
        point: dict[str, Any] = {}
        for name, dimension in self._dimensions.items():
            if not self.is_active(name, point):
                continue
            if name not in params and not isinstance(dimension, Fixed):
                raise ValueError(f"Parameter {name!r} has no value. Got {dict(params)!r}.")
            value = params.get(name, getattr(dimension, "value", None))
            try:
                point[name] = dimension.canonical(value)
            except ValueError as error:
                raise ValueError(f"Parameter {name!r} {error}") from None
        extra = [name for name in params if name not in point]
        if extra:
            when = self[extra[0]].conditions()
            raise ValueError(
                f"Parameter {extra[0]!r} exists only when {when}. "
                f"Got {dict(params)!r}: leave it out."
            )
        return point

    def contains(self, params: Params) -> bool:
        """Whether a point belongs to the space."""
        try:
            self.complete(params)
        except ValueError:
            return False
        return True

    @property
    def defaults(self) -> dict[str, Any]:
        """The default point: defaults where given, else the middle, else the first option."""
        point: dict[str, Any] = {}
        for name, dimension in self._dimensions.items():
            if self.is_active(name, point):
                default = dimension.default
                point[name] = dimension.canonical(dimension.middle if default is None else default)
        return point

    @property
    def size(self) -> int | None:
        """Number of different points, or None when there are infinitely many."""
        if any(dimension.count is None for dimension in self._dimensions.values()):
            return None
        return Grid(self._dimensions).size

    def grid_size(self, points: int | Mapping[str, int] | None = None) -> int:
        """Number of points that `grid` yields, without building them."""
        return Grid(self._dimensions, points).size

    def grid(self, points: int | Mapping[str, int] | None = None) -> Iterator[dict[str, Any]]:
        """Yields every point of the grid, the last parameter fastest.

        Args:
            points: Number of values of each `Float` without `step`, or name to number.

        Raises:
            ValueError: If a `Float` has neither `step` nor a number of points.
        """
        return iter(Grid(self._dimensions, points))

    def override(self, changes: Mapping[str, Any]) -> Space:
        """Returns a space in which some parameters are replaced.

        Args:
            changes: Name of an existing parameter to a dimension, its plain form, or a single
                value that fixes it. A condition of the old dimension stays unless the new one
                brings its own.

        Raises:
            ValueError: If a name is unknown or the new space breaks a rule.

        Example:
            >>> Space({"lr": Float(1e-4, 1e-1, log=True)}).override({"lr": 0.01}).defaults
            {'lr': 0.01}
        """
        plain = self.to_dict()
        for name, change in changes.items():
            when = self[name].conditions()
            new = dimension_from(name, change).to_dict()
            plain[name] = ({"when": {k: list(v) for k, v in when.items()}} if when else {}) | new
        return Space(without_impossible(plain))

    def narrow(self, *around: Params, margin: float = 0.25) -> Space:
        """Returns the part of the space around some good points.

        A number's range becomes the span of its values in the points, widened on both sides by
        `margin` times the old range (of the logarithm with `log`); a choice keeps the options
        that occur. A parameter that no point has keeps its range while its condition can hold.

        Args:
            around: Points of the space, at least one.
            margin: Part of the old range, in [0, 1].

        Raises:
            ValueError: If no point is given or `margin` is out of range.

        Example:
            >>> Space({"x": Float(0, 10)}).narrow({"x": 4}, {"x": 5}, margin=0.1)["x"].to_dict()
            {'float': [3.0, 6.0]}
        """
        if not around or not 0 <= margin <= 1:
            raise ValueError(
                "`narrow` needs at least one point and 0 <= margin <= 1. "
                f"Got {len(around)} points, margin={margin}."
            )
        plain = {}
        for name, dimension in self._dimensions.items():
            values = [dimension.canonical(point[name]) for point in around if name in point]
            plain[name] = narrowed(dimension, values, margin).to_dict()
        return Space(without_impossible(plain))

    def key(self, params: Params) -> str:
        """Returns a text that is equal for equal points only, however their values are written.

        Args:
            params: A point, or part of one; names that are not searched do not count.

        Example:
            >>> space = Space({"rate": Float(0, 1), "widths": Choice([(64, 32), (32,)])})
            >>> space.key({"rate": 1, "widths": [64, 32]})
            '{"rate": 1.0, "widths": [64, 32]}'
        """
        return canonical_text(
            {
                name: canonical_value(dimension, params[name])
                for name, dimension in self.searched.items()
                if name in params
            }
        )

    def encode(self, params: Params) -> dict[str, Any]:
        """Writes the searched parameters as Optuna can hold them, see `Choice.stored`."""
        return {n: encode_value(d, params[n]) for n, d in self.searched.items() if n in params}

    def decode(self, params: Params) -> dict[str, Any]:
        """Restores what `encode` wrote and adds the fixed parameters; unknown names stay."""
        point: dict[str, Any] = {}
        for name, dimension in self._dimensions.items():
            if isinstance(dimension, Fixed):
                if self.is_active(name, point):
                    point[name] = dimension.value
            elif name in params:
                point[name] = decode_value(dimension, params[name])
        return point | {name: value for name, value in params.items() if name not in point}
