"""Stages, patience, folds, reports and settings: what a search does beside claiming trials."""

from __future__ import annotations

import math
import re
import time

import pytest

from tests.tuning.strategies.drive import Driver
from tuning import (
    Choice,
    Context,
    Float,
    Int,
    JobError,
    Pruned,
    SearchSettings,
    Space,
    cross_validated,
    search,
)
from tuning.options import WarmStart
from tuning.results.confirmation import confirmations
from tuning.stages import Stage, check_stages, staged

SPACE = Space({"x": Float(0.0, 1.0), "kind": Choice(["a", "b"])})
LOSS = (("loss", "minimize"),)


def loss(point, number):
    return [abs(point["x"] - 0.3) + (point["kind"] == "b")]


def drive_stages(root, stages):
    """Runs every stage; returns the stage's name and point of each trial."""
    searched = Driver(root, SPACE, strategy="tpe", trials=None, stages=stages)
    points = searched.run(loss)
    for phase in searched.phases:
        searched.phase = phase
        points += searched.run(loss)
    return searched, points


def test_stages_explore_exploit_refine_confirm(tmp_path):
    searched, _ = drive_stages(tmp_path, staged(24, confirm=2, repeats=2))
    records = searched.records()
    names = [record.stage for record in records]
    assert [(n, names.count(n)) for n in dict.fromkeys(names)] == [
        ("explore", 6),
        ("exploit", 10),
        ("refine", 4),
        ("confirm", 4),
    ]
    best = sorted(records[:16], key=lambda r: r.values)[:3]
    span = [record.params["x"] for record in best]
    for record in records[16:20]:  # a tenth of the range around the best three
        assert min(span) - 0.1 <= record.params["x"] <= max(span) + 0.1
        assert record.params["kind"] in {r.params["kind"] for r in best}
    confirmed = confirmations(records, SPACE, maximize=False)
    winners = sorted(records[:20], key=lambda r: (r.values, r.number))[:2]
    assert sorted(c.trial for c in confirmed) == sorted(r.number for r in winners)
    assert all(len(c.values) == 2 and c.mean == pytest.approx(c.found) for c in confirmed)
    assert len({record.seed for record in records}) == 24


def test_a_staged_search_is_resumed_where_it_was(tmp_path):
    _, whole = drive_stages(tmp_path / "whole", staged(18, confirm=2, repeats=2))
    begun = Driver(
        tmp_path / "parts",
        SPACE,
        strategy="tpe",
        trials=None,
        stages=staged(18, confirm=2, repeats=2),
    )
    first = begun.run(loss, 4) + begun.run(loss)  # the whole first stage
    begun.phase = next(begun.phases)
    first += begun.run(loss, 2)  # and a part of the second
    searched, rest = drive_stages(tmp_path / "parts", staged(18, confirm=2, repeats=2))
    assert first + rest == whole
    assert len(searched.records()) == 18


STAGES = [
    ({"name": "a"}, "needs either `trials` or `confirm`"),
    ({"trials": 3}, "the key 'name' is missing"),
    ({"name": "a", "trails": 3}, "Did you mean 'trials'"),
    ({"name": "a", "trials": 3, "strategy": "tp"}, "Did you mean 'tpe'"),
    ({"name": "a", "trials": 0}, "`trials >= 1` must hold"),
    ({"name": "a", "trials": 1, "margin": 2.0}, "`margin <= 1.0` must hold. Got 2.0."),
    ({"name": "a", "confirm": 2}, "The first stage must search"),
]


@pytest.mark.parametrize(("plain", "message"), STAGES)
def test_stages_say_their_rules(plain, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        check_stages([Stage(**plain)])


def test_two_stages_need_two_names():
    with pytest.raises(ValueError, match="Every stage needs its own name"):
        check_stages([Stage(name="a", trials=1), Stage(name="a", trials=1)])


SETTINGS = [
    ({"strategy": "tp"}, "Did you mean 'tpe'"),
    ({"pruner": "halvin"}, "Did you mean 'halving'"),
    ({"strategy_options": {"startups": 1}}, "Did you mean 'startup'"),
    ({"study": "a/b"}, "a name that can also name a folder"),
    ({"metrics": ()}, "at least one metric, each once"),
    ({"metrics": ("loss", "minimize")}, "needs pairs of a name and a direction"),
    ({"metrics": (("state", "minimize"),)}, "Got metrics=['state']: call state otherwise"),
    ({"metrics": None}, '(("val_loss", "minimize"),). Got None.'),
    ({"metrics": "loss"}, "minimize\"),). Got 'loss'."),
    ({"metrics": (("loss", "min"),)}, "No direction named 'min'"),
    ({"trials": None}, "`trials` or `timeout` is needed: the strategy 'hybrid' never"),
    ({"trials": 0}, "`trials >= 1` must hold. Got 0."),
    ({"stages": staged(20)}, "`trials` and `stages` exclude each other"),
    ({"seed": 0.5}, "`seed` must be a whole number"),
    ({"retries": -1}, "`retries >= 0` must hold"),
    ({"constraints": [("a", 1)]}, 'written like ["parameters", "<=", 62458]'),
    ({"constraints": [("a", "<", 1)]}, "A constraint relates by <= or >=. Got '<'."),
    ({"constraints": [{"metric": "a"}]}, "either `at_most` or `at_least`"),
    ({"constraints": [{"metric": "a", "at_mst": 1}]}, "Did you mean 'at_most'"),
    ({"workers": True}, "`workers`: A number is needed. Got True."),
    ({"timeout": "2 parsecs"}, "A duration is written like 90s, 10min or 2h. Got '2 parsecs'."),
    ({"memory_limit": float("inf")}, "An amount of memory must be finite"),
    ({"study": "s" * 300}, "a name of at most 200 bytes"),
    ({"study": "a\nb"}, "no control character"),
    ({"constraints": [("a", "<=", float("inf"))]}, "limit must be finite"),
    (
        {"metrics": (("a", "minimize"), ("b", "minimize")), "pruner": "hyperband"},
        "'hyperband' compares one metric",
    ),
    (
        {
            "metrics": (("a", "minimize"), ("b", "minimize")),
            "trials": None,
            "stages": staged(20),
        },
        "The stage 'confirm' confirms the best points of one metric. Got 2 metrics",
    ),
    ({"winner": "kne"}, "Did you mean 'knee'"),
]


@pytest.mark.parametrize(("changes", "message"), SETTINGS)
def test_settings_say_their_rules(changes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        SearchSettings(**{"study": "s", "trials": 3, "metrics": LOSS, **changes})


def test_settings_never_show_the_password_of_the_store():
    settings = SearchSettings(
        study="s", trials=1, metrics=LOSS, storage="postgresql://me:secret@host/db"
    )
    assert "secret" not in str(settings.to_dict())


def test_patience_counts_trials_since_the_last_improvement(tmp_path):
    settings = SearchSettings(
        study="s", trials=60, metrics=LOSS, root=tmp_path, workers=1, patience=4, pruner="none"
    )

    def worse_and_worse(params, context):
        time.sleep(0.05)  # trials of no length are over before the search has counted them
        return {"loss": float(context.trial)}  # the first trial is the best there can be

    result = search(worse_and_worse, SPACE, settings)
    assert result.stopped_because == "patience"
    assert 5 <= result.n_trials < 20
    assert result.best_trial == 0


def test_a_staged_search_says_that_an_earlier_stage_ended_early(tmp_path):
    settings = SearchSettings(
        study="s", metrics=LOSS, root=tmp_path, workers=1, patience=3, pruner="none",
        stages=(Stage(name="explore", trials=20), Stage(name="confirm", confirm=1, repeats=2)),
    )  # fmt: skip

    def worse_and_worse(params, context):
        time.sleep(0.05)
        return {"loss": float(context.trial)}

    result = search(worse_and_worse, SPACE, settings)
    assert result.stopped_because == "patience"
    assert [confirmed.trial for confirmed in result.confirmed] == [0]


def test_a_genetic_stage_has_generations(tmp_path):
    stages = [Stage(name="explore", strategy="genetic", trials=24)]
    driver = Driver(tmp_path, SPACE, strategy="tpe", trials=None, stages=stages)
    driver.run(loss)
    trials = driver.study.get_trials(deepcopy=False)
    notes = [value for t in trials for key, value in t.system_attrs.items() if "generation" in key]
    assert max(notes) > 0


@pytest.mark.parametrize(("direction", "sign"), [("minimize", 1.0), ("maximize", -1.0)])
def test_a_search_stops_at_its_target_and_goes_on_with_another_one(tmp_path, direction, sign):
    def objective(params, context):
        time.sleep(0.02)
        return {"loss": sign * -context.trial}  # each trial is better than those before

    def found(stop_at):
        settings = SearchSettings(
            study="s", trials=40, metrics=[("loss", direction)], root=tmp_path, workers=1,
            pruner="none", strategy="random", stop_at=stop_at,
        )  # fmt: skip
        return search(objective, SPACE, settings)

    first = found(-3.0 * sign)
    assert first.stopped_because == "target"
    assert 4 <= first.n_trials < 40
    assert found(-3.0 * sign).n_trials == first.n_trials  # the target is reached already
    assert found(None).n_trials == 40


def found_by_time_alone(root, space, timeout):
    seen = []
    settings = SearchSettings(
        study="s", metrics=LOSS, root=root, workers=1, strategy="random", timeout=timeout
    )

    def objective(params, context):
        time.sleep(0.05)
        return {"loss": params["x"]}

    return search(objective, space, settings, on_progress=seen.append), seen


def test_time_alone_ends_a_search_without_a_number_of_trials(tmp_path):
    found, seen = found_by_time_alone(tmp_path, Space({"x": Float(0.0, 1.0)}), 10.0)
    assert found.stopped_because == "timeout"
    assert found.states["complete"] > 0
    assert {progress.total for progress in seen} == {None}
    left = [progress.remaining_seconds for progress in seen]
    assert 10.0 >= left[0] >= left[-1] >= 0.0
    again, _ = found_by_time_alone(tmp_path, Space({"x": Float(0.0, 1.0)}), 10.0)
    assert again.n_trials > found.n_trials  # the same command goes on


def test_a_finite_space_ends_before_its_time(tmp_path):
    found, seen = found_by_time_alone(tmp_path, Space({"x": Int(0, 4)}), 200.0)
    assert (found.stopped_because, found.states) == ("exhausted", {"complete": 5})
    assert seen[-1].total == 5


@pytest.mark.parametrize("pruner", ["none", "median", "halving", "hyperband"])
def test_every_pruner_finishes_the_budget(tmp_path, pruner):
    def objective(params, context):
        for step in range(1, 10):
            context.report(step, {"loss": params["x"] + 1 / step})
        return {"loss": params["x"]}

    settings = SearchSettings(
        study="s",
        trials=16,
        metrics=LOSS,
        root=tmp_path,
        workers=1,
        budget=9,
        pruner=pruner,
        strategy="random",
    )
    result = search(objective, SPACE, settings)
    assert sum(result.states.values()) == 16
    assert (result.states.get("pruned", 0) > 0) == (pruner != "none")
    assert result.best_step == 9  # the loss falls with every step
    best = min(record.params["x"] for record in result.records)
    if pruner in ("none", "halving"):
        assert result.best_params["x"] == best


def test_steps_count_upwards_from_one():
    context = Context()
    with pytest.raises(ValueError, match=r"counts finished steps from 1 and grows.*Got 0 after 0"):
        context.report(0, {"loss": 1.0})
    context.report(2, {"loss": 1.0})
    with pytest.raises(ValueError, match="Got 2 after 2"):
        context.report(2, {"loss": 1.0})


def test_decisions_that_were_passed_over_are_made_at_the_next_report():
    asked = []

    def decide(step, value):
        asked.append(step)
        return step > 6

    context = Context(metric="loss", decide=decide, decision_steps=(1, 3, 9))
    for step in (2, 4, 5, 8):
        context.report(step, {"loss": 1.0})
    assert asked == [2, 4]
    assert context.should_report(9)
    with pytest.raises(Pruned):
        context.report(10, {"loss": 1.0})


def test_decisions_about_restored_steps_are_made_at_the_next_report():
    asked = []
    context = Context(metric="loss", decide=lambda *one: asked.append(one), decision_steps=(3, 9))
    for step in range(1, 6):
        context.restore(step, {"loss": 1.0 / step})
    context.report(6, {"loss": 0.1})  # the search sees the whole history
    context.report(7, {"loss": 0.1})
    assert asked == [(6, 0.1)]
    assert context.notes == {"resumed_after": 5}


def test_a_metric_that_begins_late_has_nan_before():
    context = Context()
    context.report(1, {"loss": 1.0})
    context.report(2, {"loss": 0.5, "val_loss": 0.7})
    assert str(context.history) == "{'step': [1, 2], 'loss': [1.0, 0.5], 'val_loss': [nan, 0.7]}"


def test_pruning_needs_its_metric():
    context = Context(metric="val_los", decide=lambda step, value: False)
    message = (
        "Pruning needs the metric of the search in every report. No reported metric named "
        "'val_los'. Did you mean 'val_loss'? Known: loss, val_loss."
    )
    with pytest.raises(JobError, match=re.escape(message)):
        context.report(1, {"loss": 1.0, "val_loss": 1.0})
    context = Context(metric="val_loss", decide=lambda step, value: False)
    with pytest.raises(JobError, match=r"in every report\. No reported metric named 'val_loss'"):
        context.report(1, {"loss": 1.0})


def test_folds_are_averaged_and_pruned():
    def objective(params, context):
        return {"accuracy": [0.5, 0.7, 0.9][context.fold]}

    def undefined(params, context):  # a fold of one class has no area under a curve
        return {**objective(params, context), "auc": math.nan if context.fold == 1 else 0.5}

    context = Context(metric="accuracy", decide=lambda step, value: step == 2 and value < 0.55)
    found = cross_validated(objective, 3)({}, context)
    # the sample standard deviation of 0.5, 0.7, 0.9 is 0.2
    assert found == pytest.approx({"accuracy": 0.7, "accuracy_std": 0.2})
    assert context.history["accuracy"] == pytest.approx([0.5, 0.6, 0.7])
    context = Context(metric="accuracy", decide=lambda step, value: False)
    found = cross_validated(undefined, 3)({}, context)
    assert found["accuracy"] == pytest.approx(0.7)
    assert math.isnan(found["auc_std"])
    with pytest.raises(ValueError, match="`folds >= 2` must hold"):
        cross_validated(objective, 1)


@pytest.mark.parametrize(
    ("space", "changes", "message"),
    [
        (SPACE, {"strategy": "grid"}, "'x' needs `step` or a number of `points`"),
        (SPACE, {"warm_start": WarmStart(points=({"x": 2.0, "kind": "a"},))}, "'x' must be"),
    ],
)
def test_a_refused_search_leaves_no_study_behind(tmp_path, space, changes, message):
    settings = SearchSettings(
        study="s", trials=2, metrics=LOSS, root=tmp_path, workers=1, pruner="none", **changes
    )
    with pytest.raises(JobError, match=message):
        search(_spread, space, settings)
    mended = Space({"x": Float(0.0, 2.0, step=1.0), "kind": Choice(["a", "b"])})
    assert search(_spread, mended, settings).n_trials == 2


def _spread(params, context):
    return {"loss": params["x"]}
