"""What the end of a search makes of the trial at the default hyperparameters."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pipelines.jobs.candidates import failure_of_defaults
from tuning import Choice, Float, Space
from tuning.storage.records import COMPLETE, FAILED, PRUNED, TrialRecord

SPACE = Space({"widths": Choice([[64, 32], [32]]), "rate": Float(0.0, 1.0)})
DEFAULTS = {"widths": (64, 32), "rate": 0.5}
OTHER = {"widths": [32], "rate": 0.5}


def trial(number, state, params, reason=None):
    return TrialRecord(number=number, state=state, params=params, reason=reason)


@pytest.mark.parametrize(
    ("trials", "failure"),
    [
        ([(FAILED, {"widths": [64, 32], "rate": 0.5}, "too few")], "too few"),  # written otherwise
        ([(COMPLETE, OTHER, None), (FAILED, DEFAULTS, "too few")], "too few"),
        ([(FAILED, DEFAULTS, None)], "failed"),
        ([(FAILED, DEFAULTS, "lost"), (COMPLETE, DEFAULTS, None)], None),  # repeated, and well
        ([(FAILED, OTHER, "too few"), (COMPLETE, DEFAULTS, None)], None),
        ([(FAILED, OTHER, "too few")], None),  # a search that did not try them
        ([(PRUNED, DEFAULTS, None)], None),
        ([], None),
    ],
)
def test_the_defaults_fail_if_their_own_trial_did(trials, failure):
    records = [trial(number, *one) for number, one in enumerate(trials)]
    target = SimpleNamespace(space=SPACE, default_point=DEFAULTS)
    assert failure_of_defaults(target, SimpleNamespace(records=records)) == failure
