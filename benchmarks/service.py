"""Load on one PostgreSQL: our search and our workers beside plain Optuna and Ray Tune.

The objective waits for 50 ms and needs no processor, so that what is measured is what a search
adds. The server runs in a temporary folder and is gone afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks._contestant import Contestant
from benchmarks._harness import CONSOLE, Benchmark, Goal, Quantity, Row, alternate, finish, parser
from benchmarks._postgres import cluster

PACE = "trials_per_second"
QUANTITIES = (
    Quantity(key=PACE, unit="trials/s"),
    Quantity(key="milliseconds", unit="ms a trial, all slots together", larger_is_better=False),
    Quantity(key="wait_median", unit="ms between two trials of a slot", larger_is_better=False),
    Quantity(key="wait_95", unit="ms, 19 of 20 are shorter", larger_is_better=False),
    Quantity(key="processor", unit="ms of processor a trial", larger_is_better=False),
    Quantity(key="connections", unit="connections, at most", larger_is_better=False),
    Quantity(key="off_budget", unit="trials beyond the budget", larger_is_better=False),
    Quantity(key="called_twice", unit="trials run twice", larger_is_better=False),
)
UNEQUAL = (
    "the pace counts from the moment when every slot has been busy; processes that start cost "
    "nobody anything",
    "plain Optuna reads the stored trials before its clock starts",
    "processor: of the searching process for ours (of the daemons in the service), of all "
    "processes for Optuna, whose processes are both search and worker",
    "Optuna ends a run after a time limit; trials that it cut off do not count as missing",
    "Ray Tune writes files, not PostgreSQL; it forgets a search whose machine dies",
    "above 500 ended trials our `tpe` and `hybrid` learn from the best 125 and the latest 375",
)
OPTUNA, RAY = "Optuna, processes", "Ray Tune"
MUST = {"random": 50.0, "tpe": 50.0, "hybrid": 25.0}  # trials a second on two quiet cores
_OURS, _PEERS = "benchmarks._load_ours", "benchmarks._load_peers"


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much is measured.

    Attributes:
        stored: Trials that a study has before.
        trials: Trials of a search.
        peer_trials: Trials of a peer's search.
        limit: Seconds for which a peer begins trials.
        jobs: Jobs of the service.
        load: Trials of all jobs together.
        peer_load: Trials of Optuna's processes beside the service.
        daemons: Workers of the service.
        slots: Slots of all of them.
    """

    stored: tuple[int, ...] = (100, 2000, 10_000)
    trials: int = 320
    peer_trials: int = 200
    limit: float = 10.0
    jobs: int = 8
    load: int = 2000
    peer_load: int = 320
    daemons: int = 4
    slots: int = 32


QUICK = Sizes(
    stored=(100,), trials=96, peer_trials=48, limit=5.0, jobs=4, load=200, daemons=2, slots=8
)


def _search_case(strategy: str, stored: int) -> str:
    return f"{strategy}, {stored:,} trials before"


def _search_contestants(strategy: str, stored: int, sizes: Sizes, server: str) -> list[Contestant]:
    common = {"server": server, "stored": stored}
    ours = {**common, "strategy": strategy, "trials": sizes.trials, "workers": 16}
    found = [Contestant(name="ours", run=f"{_OURS}:search", arguments=ours)]
    if strategy == "hybrid":
        return found  # Optuna has no such strategy; its TPE is the peer of `tpe`
    peer = {**common, "sampler": strategy, "trials": sizes.peer_trials}
    found.append(
        Contestant(
            name=OPTUNA,
            run=f"{_PEERS}:optuna_processes",
            arguments={**peer, "processes": 16, "limit": sizes.limit},
        )
    )
    if strategy == "random" and stored == sizes.stored[0]:  # it goes on with no long study
        found.append(
            Contestant(
                name=RAY,
                run=f"{_PEERS}:ray_tune",
                arguments={"sampler": strategy, "trials": sizes.peer_trials, "workers": 16},
                needs=("ray", "fsspec", "pyarrow"),
            )
        )
    return found


def _service_contestants(strategy: str, sizes: Sizes, server: str) -> list[Contestant]:
    ours = {"server": server, "strategy": strategy, "jobs": sizes.jobs, "trials": sizes.load}
    peer = {"server": server, "sampler": strategy, "stored": 0, "trials": sizes.peer_load}
    return [
        Contestant(
            name="ours",
            run=f"{_OURS}:daemons",
            arguments={**ours, "workers": sizes.daemons, "slots": sizes.slots},
        ),
        Contestant(
            name=OPTUNA,
            run=f"{_PEERS}:optuna_processes",
            arguments={**peer, "processes": sizes.slots, "limit": sizes.limit},
        ),
    ]


def cases(sizes: Sizes, server: str = "") -> Mapping[str, list[Contestant]]:
    """Every case with its contestants, ours first.

    Args:
        sizes: How much is measured.
        server: URL of a database of the server.
    """
    found = {
        _search_case(strategy, stored): _search_contestants(strategy, stored, sizes, server)
        for strategy in MUST
        for stored in sizes.stored
    }
    service = f"{sizes.slots} slots, {sizes.daemons} workers, {sizes.jobs} jobs"
    found[f"tpe, {service}"] = _service_contestants("tpe", sizes, server)
    return found


def goals(sizes: Sizes) -> list[Goal]:
    """The pace of `MUST`, twice that of plain Optuna, the budget exact and nothing run twice.

    The figures of `MUST` are those of two quiet cores; ratios hold on any machine.

    Args:
        sizes: How much is measured.
    """
    found = [
        Goal(case=_search_case(strategy, stored), key="milliseconds", must=1000 / pace)
        for strategy, pace in MUST.items()
        for stored in sizes.stored
    ]
    for case, contestants in cases(sizes).items():
        if any(one.name == OPTUNA for one in contestants):
            found.append(Goal(case=case, key=PACE, peer=OPTUNA, must=2.0))
        found.append(Goal(case=case, key="off_budget", must=0.0))
        found.append(Goal(case=case, key="called_twice", must=0.0))
    return found


def main() -> None:
    """Measures every case on a server of its own."""
    options = parser(__doc__ or "").parse_args()
    sizes = QUICK if options.quick else Sizes()
    rounds = options.rounds or 1
    benchmark = Benchmark(
        name="service",
        title="Load on one PostgreSQL",
        quantities=QUANTITIES,
        goals=goals(sizes),
        unequal=UNEQUAL,
        quick=options.quick,
        settings={**vars(sizes), "rounds": rounds, "wanted_on_two_quiet_cores": MUST},
    )
    rows: list[Row] = []
    with cluster() as server:
        for case, contestants in cases(sizes, server.url).items():
            rows += alternate(case, contestants, seeds=range(rounds))
    CONSOLE.print("Goals: 50 trials/s with random and tpe, 25 with hybrid, at any length.")
    finish(benchmark, rows)


if __name__ == "__main__":
    main()
