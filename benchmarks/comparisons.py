"""Runs comparisons by the command line and keeps their tables.

`python -m benchmarks.comparisons compare-losses compare-schedules --seeds 5` writes one file for
each into `pipelines/comparisons/records/` and its figure into `docs/images/`. Then
`python -m benchmarks.document` puts the tables into docs/comparisons.md. A comparison that was
interrupted goes on with the missing trainings.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
from collections.abc import Sequence
from typing import Any

from benchmarks._harness import CONSOLE
from benchmarks._machine import ROOT, Origin
from benchmarks._training import trained
from pipelines.recipes.evidence import COMPARED

IMAGES = ROOT / "docs" / "images"
KEPT = ("table", "trainings", "sweep", "conclusions", "seeds", "seconds")


def measure(comparison: str, *, seeds: int, extra: Sequence[str] = ()) -> dict[str, Any]:
    """Runs one comparison and keeps its figure.

    Args:
        comparison: Its name.
        seeds: Trainings of each arm.
        extra: Further arguments of `cookbook train`.

    Returns:
        The table, what the noise allows to say, and where it comes from.

    Raises:
        subprocess.CalledProcessError: If the comparison fails.
    """
    command = ["cookbook", "train", comparison, "--seeds", str(seeds), *extra, "--json"]
    CONSOLE.log(shlex.join(command))
    origin = Origin()
    result = trained(command)
    shutil.copyfile(result["figure"], IMAGES / f"{comparison}.png")
    return {
        "name": comparison,
        **origin.to_dict(shlex.join(command)),
        "machine": {**origin.machine, "load_after": round(os.getloadavg()[0], 2)},
        **{name: result[name] for name in KEPT},
    }


def main() -> None:
    """Measures the named comparisons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("comparisons", nargs="+")
    parser.add_argument("--seeds", type=int, default=5)
    options, extra = parser.parse_known_args()
    COMPARED.mkdir(parents=True, exist_ok=True)
    for name in options.comparisons:
        found = measure(name, seeds=options.seeds, extra=extra)
        (COMPARED / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n")
        CONSOLE.log(f"{name}: {' '.join(found['conclusions'])}")


if __name__ == "__main__":
    main()
