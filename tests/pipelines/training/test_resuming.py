"""A training goes on from its checkpoint where the same code trains, and begins anew elsewhere."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
from keras.callbacks import EarlyStopping

from pipelines import train
from pipelines.code_version import code_version
from pipelines.training import run
from pipelines.training.checkpoint import Checkpoint, callback_facts, checkpoint_name
from pipelines.training.run import TrainRequest

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


def interrupted(root, *callbacks):
    """Epochs that are trained until the one behind the second."""

    def die(epoch, *_):
        trained.append(epoch)
        if epoch == 2:
            raise KeyboardInterrupt

    trained = []
    options = {"epochs": 4, "tiny": True, "root": root, "tracking": False, "verbose": False}
    with pytest.raises(KeyboardInterrupt):
        train("wine-mlp", callbacks=callbacks, on_epoch=die, **options)
    return trained


def test_other_callbacks_begin_anew_and_the_same_ones_go_on(tmp_path):
    def patient(patience):
        return EarlyStopping("val_loss", patience=patience, min_delta=1e-9, mode="min")

    used = patient(9)
    assert interrupted(tmp_path, used) == [1, 2]
    trained = []
    options = {"epochs": 4, "tiny": True, "root": tmp_path, "tracking": False, "verbose": False}
    for callbacks in ([patient(8)], [], [used]):
        train("wine-mlp", callbacks=callbacks, on_epoch=lambda n, *_: trained.append(n), **options)
    assert trained == [1, 2, 3, 4, 1, 2, 3, 4, 2, 3, 4]
    assert callback_facts([used]) == callback_facts([patient(9)])
    assert callback_facts([patient(8)]) != callback_facts([patient(9)])


def test_a_training_without_callbacks_has_the_name_of_earlier_versions():
    experiment = SimpleNamespace(facts=[{"epochs": 3}, 0, "data"])
    name = TrainRequest(recipe="wine-mlp").checkpoint(experiment).stem
    assert name == f"wine-mlp-{checkpoint_name(experiment.facts, VERSION)}"


def test_a_checkpoint_that_cannot_be_used_is_named(tmp_path):
    file = tmp_path / "state.npz"
    file.write_bytes(b"half")
    law = f"{re.escape(str(file))} cannot be used .*: remove the file, and it begins anew"
    with pytest.raises(ValueError, match=law):
        Checkpoint(file).resume(lambda _: None)
