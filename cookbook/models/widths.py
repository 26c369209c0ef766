"""A first guess of how wide hidden layers should be."""

from __future__ import annotations

from cookbook._checks import check_count


def pyramid_widths(num_inputs: int, num_outputs: int, *, layers: int = 1) -> tuple[int, ...]:
    """Widths between those of the input and the output, in equal ratios (a geometric pyramid).

    A rule of thumb (Masters 1993, Practical neural network recipes; the notes on gradients,
    initialisation and tuning, source 004, have its plain form, between input and output): a point
    to begin a search at, not a good choice for every problem.

    Args:
        num_inputs: Features of a row, at least 1.
        num_outputs: Outputs of the network, at least 1.
        layers: Hidden layers, at least 1.

    Returns:
        One width for each hidden layer.

    Raises:
        ValueError: If a number is smaller than 1.

    Example:
        >>> pyramid_widths(64, 1), pyramid_widths(64, 8, layers=2)
        ((8,), (32, 16))
    """
    first = check_count("num_inputs", num_inputs, least=1)
    last = check_count("num_outputs", num_outputs, least=1)
    count = check_count("layers", layers, least=1)
    ratio = last / first
    return tuple(round(first * ratio ** (n / (count + 1))) for n in range(1, count + 1))
