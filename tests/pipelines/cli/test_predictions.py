"""Rows of a table that has the target's column: how many of them were scored, and why not all."""

from __future__ import annotations

import keras
import pandas as pd
import pytest

from pipelines.cli.predictions import predict_beside
from pipelines.preprocessing import TabularPreprocessor
from pipelines.serving.bundle import Bundle


def bundle(outputs):
    """A model that gives the column `size`, scaled as it was."""
    fitted = TabularPreprocessor().fit(pd.DataFrame({"size": [-1.0, 1.0]}))
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="ones")])
    return Bundle(model, {"inputs": fitted.to_config(), "outputs": outputs, "target": "y"})


CLASSES = {"kind": "classes", "classes": ["no", "yes"]}
NUMBERS = {"kind": "number"}


@pytest.mark.parametrize(
    ("outputs", "targets", "said"),
    [
        (CLASSES, ["no", "yes"], "scored 2 of 2 rows: accuracy 1"),
        (CLASSES, [None, "yes"], "scored 1 of 2 rows (1 without a target): accuracy 1"),
        (
            CLASSES,
            ["owl", "yes"],
            "scored 1 of 2 rows (1 that the model does not know: 'owl'): accuracy 1",
        ),
        (CLASSES, ["elk", "owl"], "scored 0 of 2 rows (2 that the model does not know: 'elk', "),
        (NUMBERS, ["-1", "1"], "scored 2 of 2 rows: "),
        (NUMBERS, ["-1", "one"], "scored 1 of 2 rows (1 that the model does not know: 'one'): "),
        (NUMBERS, ["NA", "1"], "scored 1 of 2 rows (1 without a target): "),
        (CLASSES, [None, None], ""),
    ],
)
def test_rows_that_are_not_scored_are_counted(outputs, targets, said):
    frame, scores = predict_beside(
        bundle(outputs), pd.DataFrame({"size": [-1.0, 1.0], "y": targets})
    )
    assert scores.sentence().startswith(said)
    assert bool(scores.sentence()) is bool(said)
    assert len(frame) == 2


@pytest.mark.parametrize(
    ("decimal", "spelled"), [(".", ["(1.0)", "1,000", "12%"]), (",", ["-1,0 €", "1.000", "12 %"])]
)
def test_numbers_of_spreadsheets_are_scored_behind_a_stray_text(decimal, spelled):
    table = pd.DataFrame({"size": [0.0, -1.0, 1000.0, 12.0], "y": ["broken", *spelled]})
    made = bundle(NUMBERS)
    made = Bundle(made.model, {**made.config, "target_decimal": decimal})
    _, scores = predict_beside(made, table)
    assert scores.unknown == ("broken",)
    assert scores.values["rmse"] == pytest.approx(0, abs=1e-3)


def test_without_the_column_nothing_is_said():
    _, scores = predict_beside(bundle(CLASSES), pd.DataFrame({"size": [1.0]}))
    assert scores.sentence() == ""
