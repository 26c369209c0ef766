"""Seeds of trials, samplers and repetitions, all derived from the one seed of the job."""

from __future__ import annotations

import hashlib


def derive_seed(seed: int, *path: int | str) -> int:
    """Derives a seed that is independent of every other path's, the same on every machine.

    Args:
        seed: The job's seed, any integer; 0 is a seed like the others.
        path: What the seed is for, for example `"trial", 12`.

    Returns:
        An integer in [0, 2**31 - 1).

    Example:
        >>> derive_seed(0, "trial", 1) == derive_seed(0, "trial", 1)
        True
        >>> len({derive_seed(seed, "trial", n) for seed in range(9) for n in range(9)})
        81
    """
    text = "/".join(map(str, (seed, *path)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) % (2**31 - 1)
