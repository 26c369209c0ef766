"""The harness: fresh processes, alternating order, ratios of speeds, figures in the documents."""

import datetime
import json
import math
import os

import pytest

from benchmarks import _harness as harness
from benchmarks._contestant import Contestant, ContestantError, run_once
from benchmarks._harness import Benchmark, Goal, Quantity, Row
from benchmarks._machine import Origin
from benchmarks._ratios import ratios
from benchmarks._tasks import FORMULAS
from benchmarks.document import NOT_YET, fill, render
from benchmarks.search import average_ranks, incumbents

HERE = "tests.benchmarks.contestants"
PACE = Quantity(key="pace", unit="items/s")
TIME = Quantity(key="time", unit="s", larger_is_better=False)


def contestant(name, function, **changes):
    return Contestant(name=name, run=f"{HERE}:{function}", **changes)


def test_a_contestant_runs_in_a_fresh_process_with_its_seed_and_environment():
    run = contestant("a", "facts", arguments={"size": 3}, environment={"BENCHMARK_TEST": "yes"})
    found = run_once(run, seed=0)
    assert found["size"] == 3
    assert found["seed"] == 0
    assert found["variable"] == "yes"
    assert found["process"] != os.getpid()
    assert 0 < found["since_start"] <= found["process_seconds"] + 1


def test_a_failed_contestant_shows_what_it_printed():
    with pytest.raises(ContestantError, match=r"broken ended with 1:[\s\S]*no such data"):
        run_once(contestant("broken", "fails"), seed=0)


def test_runs_alternate_and_a_missing_peer_is_a_row(tmp_path):
    log = {"log": str(tmp_path / "order")}
    contestants = [
        contestant("ours", "logged", arguments={"name": "a", **log}),
        contestant("peer", "logged", arguments={"name": "b", **log}),
        contestant("absent", "logged", needs=("no_such_module_anywhere",)),
        contestant("broken", "fails"),
    ]
    rows = harness.alternate("case", contestants, seeds=[5, 6])
    assert (tmp_path / "order").read_text().split() == ["a5", "b5", "a6", "b6"]
    assert rows[2].skipped == "no_such_module_anywhere is not installed"
    assert rows[3].skipped.startswith("failed: ")
    assert "no such data" in rows[3].skipped
    assert rows[0].values("seed") == [5.0, 6.0]


ROWS = [
    Row(case="c", name="ours", runs=[{"pace": p, "time": 1 / p} for p in (4.0, 8.0, 6.0)]),
    Row(case="c", name="peer", runs=[{"pace": 3.0, "time": 1 / 3}]),
    Row(case="c", name="absent", skipped="absent is not installed"),
]


def benchmark():
    goals = (
        Goal(case="c", key="pace", peer="peer", must=2.0, goal=3.0),
        Goal(case="c", key="time", must=0.1),
    )
    return Benchmark(
        name="demo", title="Demo", quantities=(PACE, TIME), goals=goals, unequal=("nothing",)
    )


def test_ratios_are_those_of_speeds_and_judge_the_goals():
    found = {(r["quantity"], r["peer"]): r for r in ratios(benchmark(), ROWS)}
    # Medians 6 and 3 items a second; as seconds 1/6 and 1/3.
    assert found["pace", "peer"]["value"] == pytest.approx(2.0)
    assert found["time", "peer"]["value"] == pytest.approx(2.0)
    assert found["pace", "peer"]["reached"]
    assert not found["time", ""]["reached"]  # 1/6 s is more than 0.1 s


def test_results_are_written_with_their_origin_and_reach_the_documents(tmp_path, monkeypatch):
    monkeypatch.setattr(harness, "RESULTS", tmp_path)
    path = harness.finish(benchmark(), ROWS)
    result = json.loads(path.read_text())
    assert {"command", "commit", "machine", "versions", "seconds", "rows"} <= result.keys()
    assert result["command"].startswith("python -m benchmarks.demo")
    text = "<!-- benchmark: demo -->\nold\n<!-- end benchmark -->\nrest\n"
    filled = fill(text, tmp_path)
    assert "| c | peer | items/s | 3 | 3 to 3 | 1 | 2.00 |" in filled
    assert "old" not in filled
    assert filled.endswith("rest\n")
    assert fill(filled, tmp_path) == filled
    assert "absent is not installed" in render(result)


def test_an_origin_is_that_of_the_start():
    origin = Origin(started=Origin().started - 30)
    found = origin.to_dict("python -m benchmarks.demo --quick")
    assert found["command"] == "python -m benchmarks.demo --quick"
    assert found["seconds"] == pytest.approx(30, abs=5)
    assert datetime.datetime.fromisoformat(found["date"]).timestamp() >= int(origin.started)
    assert (found["commit"], found["machine"]) == (origin.commit["commit"], origin.machine)


def test_a_long_table_is_one_line_a_contestant(tmp_path, monkeypatch):
    monkeypatch.setattr(harness, "RESULTS", tmp_path)
    rows = [
        Row(case=f"c{n}", name=name, runs=[{"pace": pace + n, "time": 0.5}] * 3)
        for n in range(10)
        for name, pace in (("ours", 2.0), ("peer", 1.0))
    ]
    rows.append(Row(case="c0", name="absent", skipped="absent is not installed"))
    text = render(json.loads(harness.finish(benchmark(), rows).read_text()))
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len(table) == 2 + 3
    assert table[0] == "| contestant | " + " | ".join(f"c{n}" for n in range(10)) + " |"
    assert table[2].startswith("| ours | 2 · 0.5 | 3 · 0.5 |")
    assert table[4].startswith("| absent | absent is not installed |  |")
    assert "Medians over 3 runs: items/s · s. The spread and every run" in text
    assert "Not equal: nothing." in text


def test_a_place_without_a_result_says_so(tmp_path):
    text = "<!-- benchmark: none -->\n1.0\n<!-- end benchmark -->"
    assert fill(text, tmp_path) == f"<!-- benchmark: none -->\n{NOT_YET}<!-- end benchmark -->"


def test_incumbents_are_chosen_by_what_is_observed_and_ties_share_a_rank():
    assert incumbents([(3.0, 1.0), (2.0, 2.0), (0.0, 0.5)], [2, 3]) == [3.0, 0.0]
    assert average_ranks({"a": 1.0, "b": 0.0, "c": 1.0}) == {"a": 2.5, "b": 1.0, "c": 2.5}


# A best point of each formula: where each of its squares vanishes.
TRAINING = {
    "optimizer": "adam",
    "activation": "relu",
    "learning_rate": 2e-3,
    "units": 128,
    "dropout": 0.2,
}
BEST = {
    "branin": {"x": math.pi, "y": 5.1 / 4 - 5 + 6},
    "hartmann": dict(
        zip(
            [f"x{i}" for i in range(6)],
            (0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573),
            strict=True,
        )
    ),
    "mixed": TRAINING,
    "noisy": TRAINING,
    "conditional": {
        "layers": 2,
        "units1": 64,
        "units2": 32,
        "learning_rate": 3e-3,
        "optimizer": "adam",
        "beta": 0.97,
    },
    "rates": {"learning_rate": 1e-2, "weight_decay": 1e-4, "clip_norm": 1.0},
    "stepped": {"n0": 3, "n1": 14, "n2": 7, "n3": 10},
}


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_the_optimum_of_a_formula_is_reached(name):
    task = FORMULAS[name]
    assert task.space.contains(task.space.complete(BEST[name]))
    assert task.value(BEST[name]) == pytest.approx(task.optimum, abs=1e-4)
