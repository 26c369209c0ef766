"""A script's own registered classes: saved by workers, found again by the script."""

from __future__ import annotations

import subprocess
import sys

import keras
import pytest

from pipelines.jobs.keras_tuner.registered import register, registered_by_the_script
from tests.service.support import ROOT

SCRIPT = """
import keras, numpy as np
from pipelines import tune

@keras.saving.register_keras_serializable()
class Own(keras.Model):
    def __init__(self, units=4, **options):
        super().__init__(**options)
        self.units, self.out = units, keras.layers.Dense(1)

    def call(self, x):
        return self.out(x)

    def get_config(self):
        return {**super().get_config(), "units": self.units}

def build(hp):
    model = Own(hp.Int("units", 2, 8))
    model.compile("adam", "mse")
    return model

if __name__ == "__main__":
    x = np.ones((20, 3), "float32")
    result = tune(build, (x, x[:, :1]), test_data=(x, x[:, :1]), trials=1, epochs=1, workers=1,
                  tracking=False, verbose=False)
    print(type(result.model()).__name__, result.predict(x[:2]).shape)
"""


def test_what_a_script_registered_is_registered_in_another_process():
    members = {"__module__": "__main__", "get_config": lambda self: {}}
    own, copy = (type("Own", (), members) for _ in range(2))
    objects = keras.saving.get_custom_objects()
    try:
        keras.saving.register_keras_serializable("script")(own)
        assert registered_by_the_script() == {"script>Own": own}
        register({"script>Own": copy, "no package": copy})
        assert keras.saving.get_registered_name(copy) == "script>Own"
        assert objects["script>Own"] is copy
    finally:
        objects.pop("script>Own", None)


@pytest.mark.exhaustive
@pytest.mark.service
def test_a_model_of_a_scripts_own_class_is_found_by_the_script(tmp_path):
    file = tmp_path / "script.py"
    file.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, file], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1:] == ["Own (2, 1)"], done.stderr
