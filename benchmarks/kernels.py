"""How much of a training step oneDNN's kernels take: what is left over is all a trainer can save.

One thread, so that kernels never overlap and their times add up.
"""

from __future__ import annotations

import os
from typing import Any

from benchmarks import _kernel_log, throughput
from benchmarks._contestant import Contestant, Measured
from benchmarks._harness import Benchmark, Quantity, alternate, finish, parser
from benchmarks.breakdown import ONE_THREAD

QUANTITIES = (
    Quantity(key="seconds", unit="s an epoch", larger_is_better=False),
    Quantity(key="kernels", unit="s of it in oneDNN's kernels", larger_is_better=False),
)
UNEQUAL = ("oneDNN writes its log meanwhile, which takes a few microseconds a kernel",)


def ours(*, epochs: int, **arguments: Any) -> Measured:
    """Our training of `benchmarks.throughput`, with the log of its kernels."""
    with _kernel_log.standard_output() as lines:
        measured = throughput.ours(epochs=epochs, **arguments)
    return {**measured, "kernels": _kernel_log.kernel_seconds(lines) / (epochs + 1)}


def main() -> None:
    """Measures both networks."""
    options = parser(__doc__ or "").parse_args()
    sizes = {"rows": 256 if options.quick else 2560, "epochs": 1 if options.quick else 3}
    rounds = options.rounds or (1 if options.quick else 3)
    data_dir = os.environ.get("COOKBOOK_DATA")
    benchmark = Benchmark(
        name="kernels",
        title=f"oneDNN's share of a training on {sizes['rows']:,} images, one thread",
        quantities=QUANTITIES,
        unequal=UNEQUAL,
        quick=options.quick,
        settings={**sizes, "drawn_data": not data_dir, "rounds": rounds},
    )
    rows = []
    for network in throughput.NETWORKS:
        contestant = Contestant(
            name="ours",
            run="benchmarks.kernels:ours",
            arguments={"network": network, "data_dir": data_dir, **sizes},
            environment={**ONE_THREAD, **_kernel_log.ENVIRONMENT},
        )
        rows += alternate(network, [contestant], seeds=range(rounds))
    finish(benchmark, rows)


if __name__ == "__main__":
    main()
