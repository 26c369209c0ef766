"""Batch sizes from 128 to 16,384 of SuperLeNet on Tiny ImageNet, with rates that grow with them.

As `compare-large-batches`, whose one rate is too low for the large sizes. A rule gives rates: the
square root of the growth from 0.2 on, but at most 0.8. It was not searched size by size: in an
unfinished sweep, on seeds that neither comparison uses, the highest of three rates won wherever it
trained, and 1.6 did not train at 1,024 and 8,192.
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.comparisons.catalog.large_batches import ARMS, SHARED
from pipelines.comparisons.comparison import Comparison, Part

_RATES = (0.2, 0.28, 0.4, 0.57, 0.8, 0.8, 0.8, 0.8)

COMPARISON = Comparison(
    name="compare-large-batch-rates",
    summary="The same batch sizes with learning rates that grow with their square root",
    question=(
        "Do larger batches need larger rates? Every size sees the data equally often, at a rate "
        "that grows with the square root of the size up to the largest that trains."
    ),
    parts=(
        Part(
            learning_rates={arm: (rate,) for arm, rate in zip(ARMS, _RATES, strict=True)},
            **SHARED,
        ),
    ),
    source=cite("003", "section 4.6, table 7"),
    fits_in="about 6 minutes with 2 seeds on one core",
)
