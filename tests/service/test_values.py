"""Whatever an objective reports, notes or returns: a bad value fails its own trial alone."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.service.support import SPACE, run, settings
from tuning import search

pytestmark = pytest.mark.service


def misbehaves(params, context):
    """Trial by trial another value that a training run may come up with."""
    loss = params["x"]
    case = CASES[context.trial]
    if "note" in case:
        context.annotate("note", case["note"])
    if "own" in case:
        context.notes["own"] = case["own"]
    for step, value in case.get("reports", ()):
        context.report(step, {"loss": value})
    if "raises" in case:
        raise ValueError(case["raises"])
    return {"loss": case.get("loss", loss), **case.get("more", {})}


# What the objective does, and either why its trial fails or what the study then holds.
CASES = [
    {"note": np.int64(3), "kept": 3},
    {"note": np.array([1.5, 2.5]), "kept": [1.5, 2.5]},
    {"note": "caf\udce9", "kept": "caf\\udce9"},
    {
        "note": {1, 2},
        "reason": "The note 'note' must be text, numbers, None",
    },
    {"own": {1, 2}, "reason": "notes must be text, numbers"},
    {"reports": [(1, None)], "reason": "The reported 'loss' must be a number. Got None"},
    {
        "reports": [(1, 0.5), (2, "low")],
        "reason": "The reported 'loss' must be a number. Got 'low'",
    },
    {"reports": [(2**31, 0.5)], "reason": "grows, up to 2**31 - 1. Got 2147483648 after 0"},
    {"reports": [(1.5, 0.5)], "reason": "Got 1.5 after 0"},
    {"reports": [(np.int32(1), np.float32(0.5)), (2, float("nan")), (3, 1.7e308)]},
    {"loss": 1.7e308, "reason": "diverged: loss is inf"},
    {"loss": None, "reason": "The returned 'loss' must be a number. Got None"},
    {"loss": np.float64("nan"), "reason": "diverged: loss is nan"},
    {"raises": "no file caf\udce9 \0", "reason": "ValueError: no file caf\\udce9 \\0"},
    {"more": {"caf\udce9": 1.0}},
]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    root = tmp_path_factory.mktemp("values")
    return search(misbehaves, SPACE, settings(root, trials=len(CASES), workers=1)).records


@pytest.mark.parametrize("number", range(len(CASES)))
def test_a_bad_value_fails_its_own_trial(found, number):
    record, case = found[number], CASES[number]
    assert record.state == ("failed" if "reason" in case else "complete")
    assert case.get("reason", "") in (record.reason or "")
    if "kept" in case:
        assert record.notes["note"] == case["kept"]
    # UTF-8 and JSON take all of it, as PostgreSQL and MLflow do.
    json.dumps([record.notes, record.reason, record.metrics], ensure_ascii=False).encode()


def test_a_report_beyond_all_measure_is_infinite(found):
    assert found[9].history["loss"][0] == 0.5
    assert found[9].history["loss"][2] == float("inf")


def test_a_search_after_bad_values_can_go_on(tmp_path):
    assert run(misbehaves, tmp_path, trials=4, workers=2).states == {"complete": 3, "failed": 1}
