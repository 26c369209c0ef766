"""A training goes on from its checkpoint where the same code trains, and begins anew elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines import train
from pipelines.code_version import code_version
from pipelines.training import run

VERSION = code_version()
# Name of a change of the code to the version then, and the epochs that are trained with it.
CODES = {
    "none": (VERSION, [2, 3]),
    "commit": (replace(VERSION, commit="another"), [2, 3]),
    "statements": (replace(VERSION, digest="another"), [1, 2, 3]),
    "libraries": (replace(VERSION, libraries={"keras": "4.0"}), [1, 2, 3]),
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("change", CODES)
def test_other_code_begins_anew_and_leaves_no_checkpoint(change, tmp_path, put_mlflow, monkeypatch):
    def die(epoch, *_):
        if epoch == 2:
            raise KeyboardInterrupt

    options = {"params": {"epochs": 3}, "tiny": True, "root": put_mlflow(tmp_path)}
    with pytest.raises(KeyboardInterrupt):
        train("wine-mlp", on_epoch=die, **options)
    assert len(list((tmp_path / "checkpoints").iterdir())) == 1
    version, epochs = CODES[change]
    monkeypatch.setattr(run, "code_version", lambda: version)
    trained = []
    train("wine-mlp", on_epoch=lambda epoch, *_: trained.append(epoch), **options)
    assert trained == epochs
    assert not list((tmp_path / "checkpoints").iterdir())
