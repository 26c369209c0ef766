"""Two commits of this project in one run: did a change cost speed?

The other commit is a checkout with an environment `.venv` of its own. Both run the same points
of `benchmarks.trials` and the same reports of `benchmarks.overhead`, in turn.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from benchmarks import overhead, trials
from benchmarks._contestant import Contestant
from benchmarks._harness import Benchmark, Goal, Quantity, Row, alternate, finish, parser

BEFORE = "before"
CATCH_UP = Quantity(key="mlflow_catches_up_in", unit="s to MLflow", larger_is_better=False)
QUANTITIES = (*trials.QUANTITIES, overhead.SECONDS, CATCH_UP)
# A better default of a recipe is no change of speed: both train at a constant rate.
SAME_WORK = {"schedule": "constant"}
# A tenth is what two medians of one commit differ by on a quiet machine.
GOALS = (
    *(Goal(case=case, key=trials.PACE, peer=BEFORE, must=0.9) for case in trials.CASES),
    Goal(case="overhead", key=overhead.SECONDS.key, peer=BEFORE, must=0.9),
)


def pair(run: str, arguments: dict[str, Any], checkout: str) -> list[Contestant]:
    """This commit and the other one.

    Args:
        run: `"module:function"` that both commits have.
        arguments: Its arguments.
        checkout: Folder of the other commit.
    """
    return [
        Contestant(name="now", run=run, arguments=arguments),
        Contestant(name=BEFORE, run=run, arguments=arguments, checkout=checkout),
    ]


def measured(checkout: str, *, rounds: int, quick: bool) -> list[Row]:
    """Rows of both commits.

    Args:
        checkout: Folder of the other commit.
        rounds: Runs of each.
        quick: Few trials and epochs.
    """
    rows = []
    for case in trials.CASES:
        arguments = dict(trials.contestants(case, quick=quick)[0].arguments)
        arguments["fixed"] = {**arguments["fixed"], **SAME_WORK}
        pairs = pair("benchmarks.trials:ours", arguments, checkout)
        rows += alternate(case, pairs, seeds=range(rounds))
    reports = {"trials": 5 if quick else 100}
    pairs = pair("benchmarks.overhead:ours", reports, checkout)
    return rows + alternate("overhead", pairs, seeds=range(rounds))


def main() -> None:
    """Measures both commits."""
    command = parser(__doc__ or "")
    command.add_argument("before", help="folder of the other commit's checkout")
    options = command.parse_args()
    rounds = options.rounds or (1 if options.quick else 5)
    checkout = str(Path(options.before).resolve())
    benchmark = Benchmark(
        name="versions",
        title="This commit beside an earlier one",
        quantities=QUANTITIES,
        goals=() if options.quick else GOALS,
        quick=options.quick,
        settings={"before": _commit(checkout), "rounds": rounds},
    )
    finish(benchmark, measured(checkout, rounds=rounds, quick=options.quick))


def _commit(checkout: str) -> str:
    command = ["git", "-C", checkout, "rev-parse", "HEAD"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    main()
