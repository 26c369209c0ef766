"""Files to predict for are read as the file of the training was."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.datasets import DataError
from pipelines.serving.raw_inputs import read_raw, taught_options

SERIES = {
    "inputs": {"name": "series"},
    "outputs": {"kind": "forecast"},
    "target": "sales",
    "target_decimal": ",",
}


def write(path: Path, *lines: str) -> str:
    path.write_text("\n".join(lines))
    return str(path)


def test_the_past_of_a_series_is_the_column_of_the_training(tmp_path: Path) -> None:
    taught = taught_options(SERIES)
    file = write(tmp_path / "s.csv", "month;sales;price", "Jan-26;1.500;2", "Feb-26;2.500;3")
    assert read_raw("series", file, **taught).tolist() == [[1500.0, 2500.0]]
    alone = write(tmp_path / "a.csv", "sales", "1,5", "2,5")
    assert read_raw("series", alone, **taught).tolist() == [[1.5, 2.5]]
    other = write(tmp_path / "o.csv", "month;sale", "Jan-26;1", "Feb-26;2")
    with pytest.raises(DataError, match=r"No column named 'sales'\. Did you mean 'sale'"):
        read_raw("series", other, **taught)


def test_missing_texts_are_those_of_the_training_and_numbers_stay_texts(tmp_path: Path) -> None:
    config = {"inputs": {"name": "tabular", "missing_texts": ["", "-999"]}, "outputs": {"kind": ""}}
    file = write(tmp_path / "t.csv", "a;b", "1,5;x", "-999;?")
    frame = read_raw("tabular", file, **taught_options(config))
    assert frame["a"].tolist() == ["1,5", None]
    assert frame["b"].tolist() == ["x", "?"]
    assert taught_options({**config, "inputs": {"name": "tabular"}}) == {}
    assert read_raw("tabular", file, decimal=",")["a"].tolist() == [1.5, -999.0]
