"""Python values as JSON plus arrays, so that saved states need no pickle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

_TAG = "__kind__"


def pack(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    """Turns a value into JSON; its arrays go into `arrays` under new names.

    Args:
        value: None, a bool, int, float or string, a NumPy array or scalar of any shape
            and numeric dtype, or lists, tuples and dicts with string keys of these.
        arrays: Receives every array met, as `"array_<n>"`.

    Returns:
        A value that `json.dumps` accepts and `unpack` turns back.

    Raises:
        TypeError: If the value holds anything else.

    Example:
        >>> arrays = {}
        >>> packed = pack({"wait": 2, "best": np.float32(0.5)}, arrays)
        >>> unpack(packed, arrays)
        {'wait': 2, 'best': np.float32(0.5)}
    """
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, np.ndarray | np.generic) and value.dtype != object:
        name = f"array_{len(arrays)}"
        arrays[name] = np.array(value)  # a copy: the original may change before it is written
        return {_TAG: "scalar" if isinstance(value, np.generic) else "array", "name": name}
    if type(value) is list:
        return [pack(item, arrays) for item in value]
    if type(value) is tuple:
        return {_TAG: "tuple", "items": [pack(item, arrays) for item in value]}
    if type(value) is dict and all(type(key) is str for key in value) and _TAG not in value:
        return {key: pack(item, arrays) for key, item in value.items()}
    raise TypeError(f"Only numbers, strings, arrays and their containers pack. Got {type(value)}.")


def unpack(packed: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """Turns the result of `pack` back into the value.

    Args:
        packed: What `pack` returned, also after a trip through JSON.
        arrays: The arrays that `pack` filled.

    Returns:
        The value: same types, same bits.
    """
    if isinstance(packed, list):
        return [unpack(item, arrays) for item in packed]
    if not isinstance(packed, dict):
        return packed
    match packed.get(_TAG):
        case "array":
            return arrays[packed["name"]].copy()
        case "scalar":
            return arrays[packed["name"]][()]
        case "tuple":
            return tuple(unpack(item, arrays) for item in packed["items"])
    return {key: unpack(item, arrays) for key, item in packed.items()}
