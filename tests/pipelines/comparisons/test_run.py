"""Interrupted, diverging and mistaken comparisons."""

from __future__ import annotations

import json
import math

import pytest

from pipelines.code_version import CodeVersion
from pipelines.comparisons.arm_results import ArmResult, ArmResults, MixedCodeError
from pipelines.comparisons.comparison import Comparison, Part
from pipelines.comparisons.registry import load_comparison
from pipelines.comparisons.request import ComparisonRequest
from pipelines.comparisons.run import compare


def _comparison(arms, **options):
    fixed = {"widths": (8,), "dropout": 0.0, "l2": 0.0, "epochs": 1}
    part = Part(recipe="digits-mlp", arms=arms, fixed=fixed, rows=64, **options)
    return Comparison(
        name="compare-test", summary="A test", question="Does it run?", parts=(part,), source="-"
    )


def _request(root, **options):
    return ComparisonRequest(comparison="compare-test", root=root, **options)


def _without_times(table):
    return [{k: v for k, v in row.items() if k != "seconds"} for row in table]


@pytest.mark.exhaustive
def test_an_interrupted_comparison_goes_on_where_it_stopped(root):
    arms = {"relu": {"activation": "relu"}, "tanh": {"activation": "tanh"}}
    comparison = _comparison(arms)
    before, after = [], []

    def stop_after_three(done, total, what, result):
        before.append((what, result.to_dict()))
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare(_request(root, seeds=2), comparison=comparison, on_training=stop_after_three)
    resumed = compare(
        _request(root, seeds=2),
        comparison=comparison,
        on_training=lambda done, total, what, result: after.append((what, result.to_dict())),
    )
    # The very same trainings: their wall times are equal as well.
    assert after[:3] == before
    assert len(after) == 4
    assert resumed.seconds > sum(result["seconds"] for _, result in after)
    resumed.csv.with_name("finished-trainings.jsonl").unlink()
    whole = compare(_request(root, seeds=2), comparison=comparison)
    assert _without_times(resumed.table) == _without_times(whole.table)


def test_more_seeds_of_a_finished_comparison_train_no_others(root):
    comparison = _comparison({"relu": {"activation": "relu"}, "elu": {"activation": "elu"}})

    def trained(seeds):
        found = {}
        compare(
            _request(root, seeds=seeds),
            comparison=comparison,
            on_training=lambda done, total, what, result: found.update({what: result.to_dict()}),
        )
        return found

    first, second = trained(1), trained(2)
    assert (len(first), len(second)) == (2, 4)
    # The very same trainings: their wall times are equal as well.
    assert {what: second[what] for what in first} == first


@pytest.mark.exhaustive
def test_trainings_of_another_version_of_the_code_are_not_mixed_with_ours(tmp_path):
    comparison = _comparison({"relu": {"activation": "relu"}, "tanh": {"activation": "tanh"}})

    def stop(done, total, what, result):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare(_request(tmp_path, seeds=1), comparison=comparison, on_training=stop)
    (path,) = tmp_path.rglob("trainings.jsonl")
    header, *trainings = path.read_text().splitlines()
    code = json.loads(header)["code"]
    other = json.dumps({"code": {**code, "digest": "0123456789ab", "commit": "c" * 40}})
    path.write_text("\n".join([other, *trainings]) + "\n")
    with pytest.raises(MixedCodeError) as refused:
        compare(_request(tmp_path, seeds=1), comparison=comparison)
    message = str(refused.value)
    assert message.startswith(f"{path}: all trainings of a comparison must come from one version")
    assert f"Got 1 finished by commit {'c' * 10}, code 0123456789ab, keras" in message
    assert f"code {code['digest']}" in message
    assert message.endswith("continue with that version, or delete the file to start over.")
    assert len(path.read_text().splitlines()) == 2, "nothing was trained"
    # The way out.
    path.unlink()
    trained = []
    compare(_request(tmp_path, seeds=1), comparison=comparison,
            on_training=lambda *one: trained.append(one))  # fmt: skip
    assert len(trained) == 2


@pytest.mark.exhaustive
def test_an_arm_that_diverges_is_a_row(root):
    arms = {
        "sound": {"learning_rate": 0.01},
        "sound too": {"learning_rate": 0.02},
        "diverging": {"learning_rate": 1e30},
    }
    comparison = _comparison(arms)
    params = {"optimizer": "sgd", "epochs": 2}
    result = compare(_request(root, seeds=2, params=params), comparison=comparison)
    row = result.table[-1]
    assert (row["arm"], row["diverged"], row["mean"]) == ("diverging", 2, None)
    assert row["verdict"] == "diverged in 2 of 2"
    assert result.table[0]["arm"].startswith("sound")
    assert result.conclusions[-1] == "Diverged: diverging."
    assert result.sweep == []
    assert result.figure.exists()


def test_each_arm_gets_the_best_of_its_learning_rates(root):
    arms = {"sgd": {"optimizer": "sgd"}, "adam": {"optimizer": "adam"}}
    rates = {"sgd": (1e-6, 0.1, 1e30), "adam": (1e30,)}
    comparison = _comparison(arms, metric="val_loss", direction="minimize", also=(),
                             learning_rates=rates)  # fmt: skip
    result = compare(_request(root, seeds=1, params={"epochs": 3}), comparison=comparison)
    tried = {row["learning_rate"]: row for row in result.sweep}
    assert set(tried) == set(rates["sgd"]), "one candidate needs no search"
    assert [rate for rate, row in tried.items() if row["taken"]] == [0.1]
    assert tried[1e30]["diverged"]
    assert tried[1e-6]["value"] > tried[0.1]["value"]
    by_arm = {row["arm"]: row for row in result.table}
    assert by_arm["sgd"]["learning_rate"] == 0.1
    assert by_arm["adam"]["verdict"] == "diverged in 1 of 1"


def test_a_learning_rate_at_the_edge_is_said(root):
    arms = {"a": {"dropout": 0.0}, "b": {"dropout": 0.1}}
    comparison = _comparison(arms, metric="loss", direction="minimize", also=(),
                             learning_rates={"a": (1e-7, 1e-6, 1e-2)})  # fmt: skip
    result = compare(_request(root, seeds=1), comparison=comparison)
    assert result.conclusions[-1].endswith("so perhaps sold short: a (0.01).")


def test_an_arm_without_a_sound_learning_rate_has_diverged(root):
    arms = {"sgd": {"dropout": 0.0}, "dropout": {"dropout": 0.1}}
    comparison = _comparison(arms, learning_rates={"sgd": (1e30, 2e30)})
    params = {"optimizer": "sgd", "epochs": 2}
    result = compare(_request(root, seeds=1, params=params), comparison=comparison)
    assert result.table[-1]["arm"] == "sgd"
    assert result.table[-1]["learning_rate"] is None


def test_settings_have_folders_of_their_own_and_more_seeds_the_same():
    comparison = load_comparison("compare-losses")
    prints = {part.recipe: "print" for part in comparison.parts}

    def folder(**options):
        request = ComparisonRequest(comparison="compare-losses", **options)
        return request.folder(comparison, prints)

    assert folder() == folder(seeds=9, seed=4)
    assert len({folder(), folder(tiny=True), folder(params={"epochs": 3})}) == 3
    request = ComparisonRequest(comparison="compare-losses")
    assert request.folder(comparison, dict.fromkeys(prints, "other")) != folder()


def test_a_line_that_was_cut_off_is_ignored_and_written_again(tmp_path):
    path, code = tmp_path / "trainings.jsonl", CodeVersion(digest="1a")
    result = ArmResult(metrics={"loss": 1.0}, x=[1.0], curves={"loss": [math.nan]}, seconds=2.0)
    ArmResults(path, code=code).add("first", result)
    with path.open("a") as file:
        file.write('{"training": "second", "metr')
    file = ArmResults(path, code=code)
    assert len(file) == 1
    assert file.earlier_seconds == 2.0
    assert file.get("second") is None
    file.add("second", result)
    again = ArmResults(path, code=code)
    assert again.get("second").to_dict() == result.to_dict()
    assert again.get("first").metrics == {"loss": 1.0}
    assert json.loads(path.read_text().splitlines()[1])["curves"] == {"loss": [None]}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"params": {"activation": "elu"}}, r"sets what its arms vary. Got activation='elu'"),
        ({"params": {"learning_rate": 0.1}}, r"Got learning_rate=0.1, which .* varies"),
        ({"params": {"epoch": 3}}, r"No hyperparameter named 'epoch'. Did you mean 'epochs'"),
        ({"params": {"dropout": 0.1, "epochs": 0}}, r"`epochs >= 1` must hold. Got epochs=0"),
    ],
)
def test_what_a_comparison_cannot_take_is_refused(tmp_path, options, message):
    request = ComparisonRequest(comparison="compare-activations", root=tmp_path, **options)
    with pytest.raises(ValueError, match=message):
        compare(request)
    assert not list(tmp_path.iterdir())


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match=r"No comparison named 'compare-loss'. Did you mean"):
        load_comparison("compare-loss")
    (part,) = load_comparison("compare-activations").parts
    with pytest.raises(ValueError, match=r"No arm named 'rely'. Did you mean 'relu'"):
        part.params("rely", {}, tiny=False)
    with pytest.raises(ValueError, match=r"`seeds >= 1` must hold. Got seeds=0"):
        ComparisonRequest(comparison="compare-losses", seeds=0)
    with pytest.raises(ValueError, match=r"`seed >= 0` must hold. Got seed=-1"):
        ComparisonRequest(comparison="compare-losses", seed=-1)


def test_a_metric_that_nobody_measures_is_refused(root):
    comparison = _comparison({"a": {}, "b": {"dropout": 0.1}}, also=("val_acuracy",))
    with pytest.raises(ValueError, match=r"No metric named 'val_acuracy'. Did you mean"):
        compare(_request(root), comparison=comparison)


def test_comparisons_are_checked():
    with pytest.raises(ValueError, match=r"'maximize' or 'minimize'. Got 'up'"):
        _comparison({"a": {}}, direction="up")
    with pytest.raises(ValueError, match=r"Learning rates belong to arms. Got \['b'\]"):
        _comparison({"a": {}}, learning_rates={"b": (0.1,)})
    part = Part(recipe="digits-mlp", arms={})
    with pytest.raises(ValueError, match="need different titles"):
        Comparison(name="n", summary="s", question="q", parts=(part, part), source="-")
