"""The search space: declared once, read by grids, strategies, jobs, tracking and reports."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from tuning._names import unknown_name
from tuning.space.dimensions import Choice, Dimension, Fixed, plain_key, plain_value
from tuning.space.forms import dimension_from
from tuning.space.narrowing import narrowed
from tuning.space.ranges import Float, Int

__all__ = ["Choice", "Dimension", "Fixed", "Float", "Int", "Space"]

Params = Mapping[str, Any]


class Space:
    """Named hyperparameters, some of which exist only under a condition.

    Laws:
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
        for name, dimension in made.items():
            _check_conditions(name, dimension, made)
        self._dimensions = _parents_first(made)

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
        return isinstance(other, Space) and _text(self.to_dict()) == _text(other.to_dict())

    def __hash__(self) -> int:
        return hash(_text(self.to_dict()))

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
        return all(
            parent in params and _among(params[parent], allowed)
            for parent, allowed in self[name].conditions().items()
        )

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
        if any(dimension.values is None for dimension in self._dimensions.values()):
            return None
        return self._count(lambda dimension: list(dimension.values or ()))

    def grid_size(self, points: int | Mapping[str, int] | None = None) -> int:
        """Number of points that `grid` yields, without building them."""
        grids = self._grids(points)
        return self._count(lambda dimension: grids[id(dimension)])

    def grid(self, points: int | Mapping[str, int] | None = None) -> Iterator[dict[str, Any]]:
        """Yields every point of the grid, the last parameter fastest.

        Args:
            points: Number of values of each `Float` without `step`, or name to number.

        Raises:
            ValueError: If a `Float` has neither `step` nor a number of points.
        """
        grids = self._grids(points)
        return self._walk(list(self._dimensions), {}, grids)

    def _grids(self, points: int | Mapping[str, int] | None) -> dict[int, list[Any]]:
        grids: dict[int, list[Any]] = {}
        for name, dimension in self._dimensions.items():
            count = points.get(name) if isinstance(points, Mapping) else points
            if not isinstance(points, Mapping) and dimension.values is not None:
                count = None
            try:
                grids[id(dimension)] = dimension.grid(count)
            except ValueError as error:
                raise ValueError(f"Parameter {name!r} {error}") from None
        return grids

    def _walk(
        self, names: list[str], point: dict[str, Any], grids: Mapping[int, list[Any]]
    ) -> Iterator[dict[str, Any]]:
        if not names:
            yield dict(point)
            return
        name, rest = names[0], names[1:]
        if not self.is_active(name, point):
            yield from self._walk(rest, point, grids)
            return
        for value in grids[id(self._dimensions[name])]:
            yield from self._walk(rest, {**point, name: value}, grids)

    def _count(self, values_of: Any) -> int:
        """Counts points by walking only the parameters that are somebody's parent."""
        parents = {p for d in self._dimensions.values() for p in d.conditions()}
        names = [name for name in self._dimensions if name in parents]
        total = 0
        grids = {id(d): values_of(d) for d in self._dimensions.values()}
        for point in self._walk(names, {}, grids):
            free = (
                len(grids[id(d)])
                for name, d in self._dimensions.items()
                if name not in parents and self.is_active(name, point)
            )
            total += math.prod(free)
        return total

    def override(self, changes: Mapping[str, Any]) -> Space:
        """Returns a space in which some parameters are replaced.

        Args:
            changes: Name of an existing parameter to a dimension, its plain form, or a single
                value that fixes it. A condition of the old dimension stays unless the new one
                brings its own.

        Raises:
            ValueError: If a name is unknown or the new space breaks a law.

        Example:
            >>> Space({"lr": Float(1e-4, 1e-1, log=True)}).override({"lr": 0.01}).defaults
            {'lr': 0.01}
        """
        plain = self.to_dict()
        for name, change in changes.items():
            when = self[name].conditions()
            new = dimension_from(name, change).to_dict()
            plain[name] = ({"when": {k: list(v) for k, v in when.items()}} if when else {}) | new
        return Space(_without_impossible(plain))

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
        return Space(_without_impossible(plain))

    def key(self, params: Params) -> str:
        """Returns a text that is equal for equal points only, however their values are written.

        Args:
            params: A point, or part of one; names that are not searched do not count.

        Example:
            >>> space = Space({"rate": Float(0, 1), "widths": Choice([(64, 32), (32,)])})
            >>> space.key({"rate": 1, "widths": [64, 32]})
            '{"rate": 1.0, "widths": [64, 32]}'
        """
        return _text(
            {
                name: _canonical(dimension, params[name])
                for name, dimension in self.searched.items()
                if name in params
            }
        )

    def encode(self, params: Params) -> dict[str, Any]:
        """Writes the searched parameters as Optuna can hold them: lists become JSON text."""
        return {name: encode_option(params[name]) for name in self.searched if name in params}

    def decode(self, params: Params) -> dict[str, Any]:
        """Restores what `encode` wrote and adds the fixed parameters; unknown names stay."""
        point: dict[str, Any] = {}
        for name, dimension in self._dimensions.items():
            if isinstance(dimension, Fixed):
                if self.is_active(name, point):
                    point[name] = dimension.value
            elif name in params:
                point[name] = _decode_value(dimension, params[name])
        return point | {name: value for name, value in params.items() if name not in point}


def encode_option(value: Any) -> Any:
    """Writes a list as JSON text, leaves anything else as it is."""
    return plain_key(value) if isinstance(value, list | tuple) else value


def _decode_value(dimension: Dimension, value: Any) -> Any:
    if isinstance(dimension, Choice):
        for option in dimension.options:
            encoded = encode_option(option)
            if type(encoded) is type(value) and encoded == value:
                return option
        return value
    return dimension.canonical(value) if dimension.contains(value) else value


def _canonical(dimension: Dimension, value: Any) -> Any:
    """The dimension's own form of a value; one of another range stays what it is."""
    try:
        return plain_value(dimension.canonical(value))
    except ValueError:
        return plain_value(value)


def _text(plain: Mapping[str, Any]) -> str:
    return json.dumps(plain, sort_keys=True, default=list)


def _among(value: Any, allowed: tuple[Any, ...]) -> bool:
    return plain_key(value) in {plain_key(one) for one in allowed}


def _check_conditions(name: str, dimension: Dimension, known: Mapping[str, Dimension]) -> None:
    for parent, allowed in dimension.conditions().items():
        if parent not in known or parent == name:
            others = [other for other in known if other != name]
            raise ValueError(f"`when` of {name!r}: " + unknown_name("parameter", parent, others))
        for value in allowed:
            if not known[parent].contains(value):
                raise ValueError(
                    f"`when` of {name!r} names a value that {parent!r} never takes: "
                    f"{parent!r} is {known[parent].to_dict()}. Got {value!r}."
                )


def _parents_first(dimensions: Mapping[str, Dimension]) -> dict[str, Dimension]:
    ordered: dict[str, Dimension] = {}
    waiting = dict(dimensions)
    while waiting:
        ready = [n for n, d in waiting.items() if all(p in ordered for p in d.conditions())]
        if not ready:
            raise ValueError(f"Conditions must not form a circle. Got one through {list(waiting)}.")
        # One at a time keeps the declared order wherever the conditions allow it.
        ordered[ready[0]] = waiting.pop(ready[0])
    return ordered


def _without_impossible(plain: dict[str, Any]) -> dict[str, Any]:
    """Drops values of conditions that no parent takes any more, and children without any."""
    kept: dict[str, Any] = {}
    order = _parents_first({name: dimension_from(name, form) for name, form in plain.items()})
    for name, dimension in order.items():
        conditions = {}
        for parent, allowed in dimension.conditions().items():
            held = dimension_from(parent, kept[parent]) if parent in kept else None
            conditions[parent] = [v for v in allowed if held is not None and held.contains(v)]
        if all(conditions.values()):
            form = {key: value for key, value in plain[name].items() if key != "when"}
            kept[name] = form | ({"when": conditions} if conditions else {})
    return {name: kept[name] for name in plain if name in kept}
