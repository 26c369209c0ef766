"""Batch sizes, once with equal epochs and once with equal optimizer steps.

With equal epochs large batches take fewer steps; with equal steps they see more rows. Neither is
"the" fair comparison, so both are made.
"""

from __future__ import annotations

from typing import Any

from cookbook._sources import cite
from pipelines.comparisons.comparison import Comparison, Part

_ARMS = {f"batch {size}": {"batch_size": size} for size in (8, 32, 128, 512)}
_SHARED: dict[str, Any] = {
    "recipe": "digits-mlp",
    "arms": _ARMS,
    "also": ("val_loss", "epochs", "steps"),
    "learning_rates": dict.fromkeys(_ARMS, (5e-4, 2e-3, 8e-3)),
}
_FIXED = {"dropout": 0.0, "l2": 0.0, "epochs": 15}
_TINY = {"epochs": 1, "widths": (16,)}

COMPARISON = Comparison(
    name="compare-batch-sizes",
    summary="Batch sizes with equal epochs, and with equal optimizer steps",
    question=(
        "Are small batches better? Part one: every size sees the data equally often. Part two: "
        "every size takes as many steps as size 32 does in 15 epochs. Each size has the best of "
        "three learning rates of Adam."
    ),
    parts=(
        Part(title="equal epochs", fixed=_FIXED, tiny=_TINY, **_SHARED),
        Part(
            title="equal steps",
            x="optimizer step",
            fixed={**_FIXED, "reference_batch_size": 32},
            tiny=_TINY,
            own=frozenset({"reference_batch_size"}),
            measure="pipelines.comparisons.measuring:train_equal_steps",
            **_SHARED,
        ),
    ),
    source=cite("003", "section 4.6, table 7"),
)
