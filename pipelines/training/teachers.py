"""The trained model that another one learns from."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.serving.files import CONFIG_FILE, MODEL_FILE, holds_model

if TYPE_CHECKING:
    import keras

    from pipelines.tasks.base import Task


def check_teacher(teacher: str) -> None:
    """Refuses a teacher whose files are not there.

    Args:
        teacher: Folder of a saved model; empty for no teacher.

    Raises:
        ValueError: If the folder does not hold a model with its preprocessing.
    """
    if teacher and not holds_model(Path(teacher)):
        raise ValueError(
            f"`teacher` is the folder of a saved model, with {MODEL_FILE} and {CONFIG_FILE}. Got "
            f"teacher={teacher!r}: give the folder that `cookbook train` prints behind `model`."
        )


def teacher_digest(teacher: str) -> str:
    """A hash of the file of a teacher.

    Args:
        teacher: Its folder.
    """
    with (Path(teacher) / MODEL_FILE).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load_teacher(teacher: str, task: Task) -> keras.Model:
    """Loads a teacher in Keras' safe mode.

    Args:
        teacher: Its folder.
        task: Prepares the inputs of the model that is taught.

    Raises:
        ValueError: If the teacher has not learned from the same data, prepared in the same way.
    """
    from pipelines.serving.keras_models import load_model_file

    folder = Path(teacher)
    config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    ours = json.loads(json.dumps(task.serving_config()))
    for part, what in (("inputs", "prepares inputs"), ("outputs", "names classes")):
        other = sorted(
            name
            for name in ours[part].keys() | config[part].keys()
            if ours[part].get(name) != config[part].get(name)
        )
        if other:
            raise ValueError(
                "A teacher sees and names what its pupil does. Got a teacher in "
                f"{teacher!r} that {what} in another way ({', '.join(other)}): train it on the "
                "same data, with the same options of the inputs."
            )
    return load_model_file(folder / MODEL_FILE, compile=False)
