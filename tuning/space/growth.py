"""A space that grows while it is searched: every point that was tried stays a point of it."""

from __future__ import annotations

from tuning.space.dimensions import Choice, Dimension, Fixed, plain_key
from tuning.space.ranges import Float, Int
from tuning.space.space import Space


def grown(old: Space, new: Space) -> list[str]:
    """Names of the parameters that have more values in the new space than in the old one.

    Rules:
        1. Every point of the old space is a point of the new one.
        2. What a value means stays: kind, step, logarithm and the order of options.

    Args:
        old: The space so far.
        new: The space from now on.

    Raises:
        ValueError: If the new space breaks a rule, with the parameter and the reason.

    Example:
        >>> before = Space({"units": Int(16, 64), "optimizer": Choice(["adam", "sgd"])})
        >>> grown(before, before.override({"units": Int(8, 256)}))
        ['units']
        >>> grown(before, before.override({"units": Int(32, 256)}))
        Traceback (most recent call last):
        ...
        ValueError: A space may grow while it is searched, not shrink. 'units' was from 16 to 64, got from 32 to 256.
    """  # noqa: E501 - the message is one line
    gone = [name for name in old.dimensions if name not in new]
    if gone:
        raise ValueError(_broken(f"{gone[0]!r} is missing."))
    return [name for name, dimension in new.dimensions.items() if _grew(name, dimension, old, new)]


def _grew(name: str, dimension: Dimension, old: Space, new: Space) -> bool:
    if name not in old:
        _check_new(name, dimension, old)
        return True
    before = old[name]
    if type(before) is not type(dimension):
        kinds = f"{_kind(before)}, got {_kind(dimension)}"
        raise ValueError(_broken(f"{name!r} was of the kind {kinds}."))
    _check_conditions(name, before, dimension, old)
    if isinstance(before, Choice) and isinstance(dimension, Choice):
        return _more_options(name, before, dimension)
    if isinstance(before, Int | Float) and isinstance(dimension, Int | Float):
        return _wider(name, before, dimension)
    if isinstance(before, Fixed) and isinstance(dimension, Fixed) and not _equal(before, dimension):
        raise ValueError(_broken(f"{name!r} was {before.value!r}, got {dimension.value!r}."))
    return False


def _check_new(name: str, dimension: Dimension, old: Space) -> None:
    """A new parameter may exist beside new options only: old points do not have it."""
    for parent, allowed in dimension.conditions().items():
        if parent in old and not any(old[parent].contains(value) for value in allowed):
            return
    raise ValueError(
        _broken(
            f"{name!r} is new, and the trials so far have no value of it: say `when` a new option "
        )
        + "of another parameter brings it."
    )


def _check_conditions(name: str, before: Dimension, after: Dimension, old: Space) -> None:
    def known(dimension: Dimension) -> dict[str, list[str]]:
        """Values under which it exists, as far as trials so far could have had them."""
        return {
            parent: sorted(
                plain_key(value)
                for value in allowed
                if parent not in old or old[parent].contains(value)
            )
            for parent, allowed in dimension.conditions().items()
        }

    if known(before) != known(after):
        raise ValueError(
            _broken(f"`when` of {name!r} has changed for options that there were before.")
        )


def _more_options(name: str, before: Choice, after: Choice) -> bool:
    first = after.options[: len(before.options)]
    if list(map(plain_key, first)) != list(map(plain_key, before.options)):
        raise ValueError(
            _broken(
                f"The options of {name!r} were {list(before.options)}, got {list(after.options)}: "
                "keep them in their order and add the new ones behind them."
            )
        )
    return len(after.options) > len(before.options)


def _wider(name: str, before: Int | Float, after: Int | Float) -> bool:
    if (before.step, before.log) != (after.step, after.log):
        was, now = (f"step={d.step}, log={d.log}" for d in (before, after))
        raise ValueError(_broken(f"{name!r} had {was}, got {now}."))
    inside = after.low <= before.low and before.high <= after.high
    if not inside or not after.contains(before.low):
        was, now = (f"from {d.low} to {d.high}" for d in (before, after))
        raise ValueError(_broken(f"{name!r} was {was}, got {now}."))
    return (before.low, before.high) != (after.low, after.high)


def _equal(one: Fixed, other: Fixed) -> bool:
    return plain_key(one.value) == plain_key(other.value)


def _kind(dimension: Dimension) -> str:
    return next(iter(dimension.to_dict()))


def _broken(detail: str) -> str:
    return f"A space may grow while it is searched, not shrink. {detail}"
