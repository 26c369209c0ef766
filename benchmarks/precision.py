"""Training in `mixed_bfloat16` beside `float32`: images per second of our own trainer.

Data and augmentation are those of `benchmarks.throughput`.
"""

from __future__ import annotations

import os

from benchmarks._contestant import Contestant
from benchmarks._harness import Benchmark, alternate, finish, parser
from benchmarks.throughput import BATCH, QUANTITIES

# Training images: a step of the large network takes seconds.
ROWS = {"lenet": 12_800, "resnet8": 2_560, "resnet34": 512}
CONTESTANTS = (("ours, mixed_bfloat16", "mixed_bfloat16"), ("ours, float32", "float32"))


def main() -> None:
    """Measures a small, a middling and a large network."""
    command = parser(__doc__ or "")
    command.add_argument("--data-dir", default=os.environ.get("COOKBOOK_DATA"))
    options = command.parse_args()
    quick = options.quick
    epochs, rounds = (1 if quick else 2), options.rounds or (1 if quick else 3)
    benchmark = Benchmark(
        name="precision",
        title=f"Precision of the layers: images of 32x32, flip and crop, batch {BATCH}",
        quantities=QUANTITIES,
        goals=(),
        unequal=("tracing and the first epoch are not counted",),
        quick=quick,
        settings={"epochs": epochs, "rounds": rounds, "drawn_data": not options.data_dir},
    )
    rows = []
    for network, count in ROWS.items():
        images = BATCH if quick else count
        shared = {"network": network, "rows": images, "epochs": epochs}
        contestants = [
            Contestant(
                name=name,
                run="benchmarks.throughput:ours",
                arguments={**shared, "precision": precision, "data_dir": options.data_dir},
            )
            for name, precision in CONTESTANTS
        ]
        rows += alternate(network, contestants, seeds=range(rounds))
    finish(benchmark, rows)


if __name__ == "__main__":
    main()
