"""Rules that every comparison keeps; a new file of the catalog is covered by being there."""

from __future__ import annotations

import csv
import json
import math

import pytest
from PIL import Image

from cookbook.optimizers.registry import GRADIENT
from pipelines.comparisons.registry import all_comparisons, comparison_names, load_comparison
from pipelines.comparisons.request import ComparisonRequest
from pipelines.comparisons.run import compare
from pipelines.comparisons.statistics import BEST, SAME, UNJUDGED, WORSE
from pipelines.datasets.catalog import BUNDLED
from pipelines.hyperparameters.options import resolve, split_parameters
from pipelines.hyperparameters.schedules import SCHEDULE_NAMES
from pipelines.training.checks import check_hyperparameters
from tuning.tracking import Tracker, default_tracking_uri

COMPARISONS = all_comparisons()
IDS = [comparison.name for comparison in COMPARISONS]
SHIPPED = {entry.name for entry in BUNDLED}
PARTS = [(c, part) for c in COMPARISONS for part in c.parts]
PART_IDS = [f"{c.name} {part.title}".strip() for c, part in PARTS]

# Each training traces its model for half a second; these have more than 15 trainings.
LONG = {
    "compare-activations",
    "compare-initialization-networks",
    "compare-large-batch-rates",
    "compare-large-batches",
    "compare-lenets",
    "compare-losses",
    "compare-optimizers",
    "compare-schedules",
}


TINY = [
    pytest.param(
        c,
        marks=[
            *([pytest.mark.slow] if c.name in LONG else []),
            *([pytest.mark.data] if {part.base().dataset for part in c.parts} - SHIPPED else []),
        ],
        id=c.name,
    )
    for c in COMPARISONS
]


def test_the_comparisons_of_the_project_are_there():
    assert set(comparison_names()) == {
        "compare-activations",
        "compare-batch-sizes",
        "compare-depths",
        "compare-gradient-flow",
        "compare-gradient-free",
        "compare-initialization",
        "compare-initialization-networks",
        "compare-large-batch-rates",
        "compare-large-batches",
        "compare-lenets",
        "compare-losses",
        "compare-optimizers",
        "compare-optimizers-cifar10",
        "compare-recurrent-gradients",
        "compare-regularization",
        "compare-schedules",
    }


@pytest.mark.parametrize("comparison", COMPARISONS, ids=IDS)
def test_names_follow_the_files(comparison):
    assert load_comparison(comparison.name) is comparison
    assert comparison.question.endswith((".", "?"))


@pytest.mark.parametrize(("comparison", "part"), PARTS, ids=PART_IDS)
def test_every_arm_sets_what_training_builder_or_measure_take(comparison, part):
    request = ComparisonRequest(comparison=comparison.name)
    base = part.base()
    for arm in part.arms:
        params = request.arm_params(part, arm)
        check_hyperparameters(base, {k: v for k, v in params.items() if k not in part.own})
        assert part.own <= set(params), "what `measure` takes is set by the part or the arm"
    assert callable(resolve(part.measure))


@pytest.mark.parametrize(("comparison", "part"), PARTS, ids=PART_IDS)
def test_arms_differ_and_tiny_mode_is_shorter(comparison, part):
    texts = [json.dumps(dict(arm), sort_keys=True) for arm in part.arms.values()]
    assert len(set(texts)) == len(texts) >= 2
    base = part.base().defaults
    known = {k: v for k, v in {**part.fixed, **part.tiny}.items() if k not in part.own}
    tiny, _ = split_parameters({**base, **known})
    assert tiny.epochs <= 2


def test_optimizers_and_schedules_are_all_compared():
    optimizers = load_comparison("compare-optimizers").parts[0]
    assert set(optimizers.arms) == {entry.name for entry in GRADIENT}
    (schedules,) = load_comparison("compare-schedules").parts
    compared = {arm["schedule"] for arm in schedules.arms.values()}
    assert compared == set(SCHEDULE_NAMES)


@pytest.mark.exhaustive
@pytest.mark.parametrize("comparison", TINY)
def test_tiny_mode_gives_one_table_one_figure_and_one_run(comparison, root):
    result = compare(ComparisonRequest(comparison=comparison.name, tiny=True, root=root))
    for part in comparison.parts:
        rows = [row for row in result.table if row["part"] == part.title]
        assert sorted(row["arm"] for row in rows) == sorted(part.arms)
        assert sum(row["verdict"] == BEST for row in rows) == 1
        for row in rows:
            assert (row["metric"], row["seeds"], row["diverged"]) == (part.metric, 2, 0)
            assert row["low"] <= row["mean"] <= row["high"]
            assert row["verdict"] in (BEST, SAME, WORSE, UNJUDGED)
            assert row["seconds"] > 0
            for name in part.also:
                assert row[f"{name}_low"] <= row[name] <= row[f"{name}_high"]
    json.dumps(result.to_dict(), allow_nan=False, default=str)
    with result.csv.open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == len(result.table)
    with Image.open(result.figure) as image:
        assert image.format == "PNG"
        assert all(300 <= side <= 4000 for side in image.size)
    _check_run(comparison, result, root)
    assert not (result.figure.parent / "trainings.jsonl").exists()


def _check_run(comparison, result, root):
    client = Tracker(default_tracking_uri(root), experiment=comparison.name).client
    run = client.get_run(result.run_id)
    assert client.get_experiment(run.info.experiment_id).name == comparison.name
    assert run.info.status == "FINISHED"
    assert run.data.tags["role"] == "comparison"
    stored = {file.path for folder in ("table", "figures")
              for file in client.list_artifacts(result.run_id, folder)}  # fmt: skip
    assert {"table/table.csv", "table/table.json", "table/trainings.jsonl"} <= stored
    assert "figures/figure.png" in stored
    row, part = result.table[0], comparison.parts[0]
    many = len(comparison.parts) > 1
    prefix = f"{row['part']}/{row['arm']}" if many else row["arm"]
    prefix = prefix.replace("%", "_").replace(",", "_")
    assert math.isclose(run.data.metrics[f"{prefix}/final mean"], row["mean"])
    for kind in ("mean", "low", "high"):
        assert client.get_metric_history(result.run_id, f"{prefix}/{part.shown[0]} {kind}")
