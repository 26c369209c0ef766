"""A space may grow while it is searched: the rules, and searches that go on in the larger one."""

from __future__ import annotations

import pytest

from tests.service.support import settings
from tuning import Choice, Fixed, Float, Int, JobError, Space, open_study, search
from tuning.space.growth import grown
from tuning.storage.records import GROWTH, SPACE, read_trials

OLD = {
    "units": Int(16, 64, step=16),
    "rate": Float(1e-3, 1e-1, log=True),
    "optimizer": Choice(["adam", "sgd"]),
    "momentum": Float(0.0, 0.9, when={"optimizer": "sgd"}),
    "batch": Fixed(32),
}
MORE = Choice(["adam", "sgd", "lion"])


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({}, []),
        ({"units": Int(0, 128, step=16)}, ["units"]),
        ({"rate": Float(1e-5, 1.0, log=True)}, ["rate"]),
        ({"optimizer": MORE}, ["optimizer"]),
        (
            {"optimizer": MORE, "beta": Float(0.0, 1.0, when={"optimizer": "lion"})},
            ["optimizer", "beta"],
        ),
        (
            {"optimizer": MORE, "momentum": Float(0.0, 0.9, when={"optimizer": ["sgd", "lion"]})},
            ["optimizer"],
        ),
    ],
)
def test_rule_1_what_grows_is_named(changes, names):
    assert grown(Space(OLD), Space(OLD | changes)) == names


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"units": Int(32, 64, step=16)}, "'units' was from 16 to 64, got from 32 to 64"),
        ({"units": Int(8, 72, step=16)}, "'units' was from 16 to 64, got from 8 to 72"),
        ({"units": Int(16, 64)}, "'units' had step=16, log=False, got step=1, log=False"),
        ({"rate": Float(1e-3, 1e-1)}, "'rate' had step=None, log=True"),
        ({"units": Choice([16, 64])}, "'units' was of the kind int, got choice"),
        ({"optimizer": Choice(["sgd", "adam", "lion"])}, "keep them in their order"),
        ({"momentum": Float(0.0, 0.9)}, "`when` of 'momentum' has changed"),
        ({"batch": Fixed(64)}, "'batch' was 32, got 64"),
        ({"other": Float(0.0, 1.0)}, "'other' is new"),
        ({"other": Float(0.0, 1.0, when={"optimizer": "adam"})}, "'other' is new"),
    ],
)
def test_rules_1_and_2_what_leaves_a_trial_outside_is_refused(changes, message):
    with pytest.raises(ValueError, match=r"may grow while it is searched, not shrink.*" + message):
        grown(Space(OLD), Space(OLD | changes))


def test_a_parameter_that_is_missing_is_refused():
    with pytest.raises(ValueError, match="'units' is missing"):
        grown(Space(OLD), Space({k: v for k, v in OLD.items() if k != "units"}))


def loss(params, context):
    return {"loss": (params["x"] - 3.0) ** 2 + (params["kind"] != "c")}


SMALL = Space({"x": Float(0.0, 1.0), "kind": Choice(["a", "b"])})
LARGE = Space({"x": Float(0.0, 4.0), "kind": Choice(["a", "b", "c"])})


@pytest.mark.parametrize("strategy", ["tpe", "hybrid", "bayesian", "genetic"])
def test_a_search_goes_on_in_the_larger_space(tmp_path, strategy):
    options = {"workers": 1, "strategy": strategy}
    before = search(loss, SMALL, settings(tmp_path, trials=6, **options))
    after = search(loss, LARGE, settings(tmp_path, trials=26, **options))
    assert [r.params for r in after.records[:6]] == [r.params for r in before.records]
    assert all(LARGE.contains(record.params) for record in after.records)
    assert after.best_params["kind"] == "c"  # an option that there was not
    assert after.best_params["x"] > 1.0
    study = open_study("s", root=str(tmp_path))
    (entry,) = study.user_attrs[GROWTH]
    assert (entry["trials"], entry["parameters"]) == (6, ["x", "kind"])
    assert Space.from_dict(entry["before"]) == SMALL
    assert Space.from_dict(study.user_attrs[SPACE]) == LARGE
    assert read_trials(study) == list(after.records)
    with pytest.raises(JobError, match=r"has another one in kind, x\. A space may grow"):
        search(loss, SMALL, settings(tmp_path, trials=30, **options))
