"""The three ways to clip gradients, as arguments of Keras' optimizers."""

from __future__ import annotations

from cookbook._names import unknown_name
from cookbook._ranges import POSITIVE, check_range

# Name to the optimizer argument that does it.
CLIPPING = {
    "value": "clipvalue",
    "norm": "clipnorm",
    "global_norm": "global_clipnorm",
}


def clipping_arguments(name: str | None, threshold: float | None = None) -> dict[str, float]:
    """Arguments that make any Keras optimizer clip its gradients.

    With g the gradient of one variable and t the threshold:

    | name | what it does |
    |---|---|
    | `"value"` | each entry to [-t, t]; may turn the gradient |
    | `"norm"` | g · t / max(‖g‖₂, t), each variable by itself; may turn the step |
    | `"global_norm"` | the same with the norm of all gradients together; keeps the direction |

    Keras takes only one of them at a time (Pascanu et al. 2013 use the last).

    Args:
        name: One of `CLIPPING`, or None for no clipping.
        threshold: t > 0; None with `name=None`.

    Returns:
        Keyword arguments for an optimizer.

    Raises:
        ValueError: If the name is unknown, or the threshold is missing or not positive.

    Example:
        >>> clipping_arguments("global_norm", 1.0)
        {'global_clipnorm': 1.0}
    """
    if name is None:
        if threshold is not None:
            raise ValueError(
                "A threshold needs a way to clip. "
                f"Got name=None, threshold={threshold}: name one of {', '.join(CLIPPING)}."
            )
        return {}
    if name not in CLIPPING:
        raise ValueError(unknown_name("clipping", name, CLIPPING))
    if threshold is None:
        raise ValueError(f"Clipping by {name!r} needs a threshold. Got None: 1.0 is common.")
    check_range("threshold", threshold, POSITIVE)
    return {CLIPPING[name]: threshold}
