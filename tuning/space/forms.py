"""The plain forms of hyperparameters, as YAML and JSON have them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuning._names import unknown_name
from tuning.space.dimensions import Choice, Dimension, Fixed
from tuning.space.ranges import Float, Int


def dimension_from(name: str, plain: Any) -> Dimension:
    """Reads a dimension from its plain form.

    Args:
        name: Name of the parameter, for messages.
        plain: A `Dimension`; a dictionary with one of the keys `int`, `float`, `choice` and
            `fixed` and optionally `step`, `log`, `default` and `when`; a list, which is a
            choice; or a single value, which is fixed.

    Returns:
        The dimension.

    Raises:
        ValueError: If the form is not one of these or a rule of the dimension is broken.

    Example:
        >>> dimension_from("units", {"int": [16, 64], "step": 16})
        Int(default=None, when=None, low=16, high=64, step=16, log=False)
    """
    if isinstance(plain, Dimension):
        return plain
    if isinstance(plain, list | tuple):
        plain = {"choice": plain}
    elif not isinstance(plain, Mapping):
        plain = {"fixed": plain}
    rest = dict(plain)
    kinds = [kind for kind in _FORMS if kind in rest]
    if len(kinds) != 1:
        raise ValueError(
            f"Parameter {name!r} needs exactly one of the keys {', '.join(_FORMS)}. "
            f"Got {sorted(rest)}."
        )
    kind = kinds[0]
    content = rest.pop(kind)
    allowed = _FORMS[kind]
    for key in rest:
        if key not in allowed:
            raise ValueError(f"Parameter {name!r}: " + unknown_name(f"{kind} key", key, allowed))
    try:
        return _make(kind, content, rest)
    except (ValueError, TypeError) as error:
        raise ValueError(f"Parameter {name!r}: {error}") from None


_FORMS: dict[str, tuple[str, ...]] = {
    "int": ("step", "log", "default", "when"),
    "float": ("step", "log", "default", "when"),
    "choice": ("default", "when"),
    "fixed": ("when",),
}


def _make(kind: str, content: Any, rest: dict[str, Any]) -> Dimension:
    if kind == "choice":
        return Choice(content, **rest)
    if kind == "fixed":
        return Fixed(content, **rest)
    if not isinstance(content, list | tuple) or len(content) != 2:
        raise ValueError(f"`{kind}` needs the two ends, as in [1, 8]. Got {content!r}.")
    if kind == "int":
        return Int(content[0], content[1], **rest)
    return Float(content[0], content[1], **rest)
