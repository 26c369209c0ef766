"""Bad input is one line with a way out, exit code 2, and nothing is written."""

from __future__ import annotations

import pytest

BAD_CALLS = {
    ("train", "digits-cn"): "No recipe named 'digits-cn'. Did you mean 'digits-cnn'?",
    ("tune", "digits-cn"): "No recipe named 'digits-cn'. Did you mean 'digits-cnn'?",
    ("show", "digit-cnn"): "No recipe named 'digit-cnn'. Did you mean 'digits-cnn'?",
    ("tunes", "digits-cnn"): "No command named 'tunes'. Did you mean 'tune'?",
    ("tune", "digits-cnn", "--strategy", "tp"): "no strategy named 'tp'. Did you mean 'tpe'?",
    ("tune", "digits-cnn", "--pruner", "halvin"): "no pruner named 'halvin'. Did you mean",
    ("tune", "digits-cnn", "--trials", "0"): "0 is not in the range x>=1",
    ("tune", "digits-cnn", "--trails", "3"): "No such option '--trails'",
    ("tune", "digits-cnn", "--set", "epochs"): "--set takes KEY=VALUE. Got 'epochs'",
    ("tune", "digits-cnn", "--set", "epocs=3"): "No hyperparameter named 'epocs'. Did you mean 'ep",
    ("train", "digits-cnn", "--set", "epocs=3"): "No hyperparameter named 'epocs'. Did you mean",
    ("train", "digits-cnn", "--set", "dropout=1.5"): "dropout",
    ("train", "digits-cnn", "--set", "learning_rate=-1"): "`learning_rate > 0` must hold. Got",
    ("train", "digits-cnn", "--set", "optimizer=adm"): "No optimizer named 'adm'. Did you mean",
    ("train", "digits-cnn", "--set", "schedule=cosin"): "No schedule named 'cosin'. Did you mean",
    ("tune", "missing.yaml"): "missing.yaml",
}


@pytest.mark.parametrize(
    ("arguments", "message"), BAD_CALLS.items(), ids=[" ".join(call) for call in BAD_CALLS]
)
def test_bad_input_is_one_line_and_writes_nothing(cookbook, tmp_path, arguments, message):
    done = cookbook(*arguments, check=False)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
