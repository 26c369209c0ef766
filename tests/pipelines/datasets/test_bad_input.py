"""Bad input gives an error that names file and line, or a counted skip; never a result."""

from __future__ import annotations

import gzip
import pickle
from pathlib import Path
from typing import Any

import pytest

from pipelines.datasets import CATALOG, DataError, load_dataset
from pipelines.datasets.formats.unpickling import unpickle_plain
from pipelines.datasets.registry import DATA_VARIABLE
from tests.pipelines.datasets import makers
from tests.pipelines.datasets.faults import Fault, table
from tests.pipelines.datasets.faults_files import FILE_FAULTS
from tests.pipelines.datasets.faults_tables import CSV, TABLE_FAULTS
from tests.pipelines.datasets.faults_texts import TEXT_FAULTS


@pytest.mark.parametrize(
    "fault",
    [*FILE_FAULTS, *TEXT_FAULTS, *TABLE_FAULTS],
    ids=lambda fault: fault.label,
)
def test_bad_input_is_refused_by_file_and_line(fault: Fault, tmp_path: Path) -> None:
    folder = tmp_path / (CATALOG[fault.name].folder or "mine")
    fault.spoil(folder)
    options = dict(fault.options)
    if CATALOG[fault.name].folder is None:
        options["path"] = folder / fault.path
    with pytest.raises(DataError, match=fault.match):
        load_dataset(fault.name, data_dir=tmp_path, cache_dir=tmp_path / "cache", **options)
    assert not list((tmp_path / "cache").glob(".partial-*"))


def test_a_refused_pickle_runs_nothing(tmp_path: Path) -> None:
    witness = tmp_path / "witness"

    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (witness,)

    with pytest.raises(DataError, match="the pickle is refused"):
        unpickle_plain(pickle.dumps(Evil()), path="batch")
    assert not witness.exists()


def test_undecodable_images_are_skipped_and_counted_where_allowed(tmp_path: Path) -> None:
    makers.own_images(tmp_path / "mine", 1)
    for name in ("cat/000.png", "dog/001.png"):
        (tmp_path / "mine" / name).write_bytes(b"no image")
    for in_memory in (True, False):
        dataset = load_dataset(
            "image-folder",
            path=tmp_path / "mine",
            cache_dir=tmp_path / "cache",
            on_bad_image="skip",
            in_memory=in_memory,
        )
        assert len(dataset.train) + len(dataset.validation) + len(dataset.test) == 58
        assert any("skipped 2 images that do not decode" in note for note in dataset.notes)


def test_rows_with_missing_values_are_dropped_and_counted_where_allowed(tmp_path: Path) -> None:
    table(*CSV, ",1,x", "1,2,")(tmp_path)
    dataset = load_dataset(
        "tabular-file", path=tmp_path / "table.csv", target="label", missing="drop"
    )
    assert len(dataset.train) + len(dataset.validation) + len(dataset.test) == 30
    assert "dropped 2 rows with missing values" in dataset.notes


def test_a_constant_column_is_dropped_and_reported(tmp_path: Path) -> None:
    table("a,b,label", *(f"{n},7,{'xy'[n % 2]}" for n in range(30)))(tmp_path)
    dataset = load_dataset("tabular-file", path=tmp_path / "table.csv", target="label")
    assert dataset.schema is not None and dataset.schema.dropped == ("b",)
    assert any("dropped 1 columns: b (constant: '7'" in note for note in dataset.notes)
    assert list(dataset.train.x.columns) == ["a"]


def test_a_missing_data_folder_says_how_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    with pytest.raises(DataError, match=r"Set COOKBOOK_DATA or pass `data_dir`, then fetch it"):
        load_dataset("names")


def test_the_data_folder_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    makers.names(tmp_path / "names", 1)
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    assert len(load_dataset("names").train) == 160


def test_names_and_options_that_nobody_knows() -> None:
    with pytest.raises(ValueError, match=r"No dataset named 'digit'. Did you mean 'digits'"):
        load_dataset("digit")
    with pytest.raises(ValueError, match=r"No option of dataset 'eng-fra' named 'revers'. Did"):
        load_dataset("eng-fra", revers=True)
    with pytest.raises(ValueError, match="'tabular-file' needs the option 'target'"):
        load_dataset("tabular-file", path="x.csv")
    with pytest.raises(DataError, match=r"reads your own data: pass `path`, the file or folder"):
        load_dataset("image-folder")
    with pytest.raises(ValueError, match=r"`rows >= 1` must hold, or None for all. Got rows=0"):
        load_dataset("digits", rows=0)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"missing": "guess"}, "`missing` is 'impute', 'drop' or 'error'"),
        ({"task": "ranking"}, "`task` is 'classification' or 'regression'"),
    ],
)
def test_unknown_choices_of_tables(options: dict[str, Any], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        load_dataset("tabular-file", path="x.csv", target="y", **options)


def test_unknown_choices_of_texts_and_images(tmp_path: Path) -> None:
    makers.eng_fra(tmp_path / "eng-fra", 1)
    makers.own_images(tmp_path / "mine", 1)
    with pytest.raises(ValueError, match="`subset` is 'all' or 'tutorial'"):
        load_dataset("eng-fra", data_dir=tmp_path, subset="half")
    with pytest.raises(ValueError, match="`unit` is 'stream' or 'line'"):
        load_dataset("plain-text", path=tmp_path / "x.txt", unit="word")
    with pytest.raises(ValueError, match="`on_bad_image` is 'error' or 'skip'"):
        load_dataset(
            "image-folder", path=tmp_path / "mine", cache_dir=tmp_path, on_bad_image="guess"
        )
    with pytest.raises(ValueError, match=r"`channels` is 1 \(grey\) or 3 \(colour\)"):
        load_dataset("image-folder", path=tmp_path / "mine", cache_dir=tmp_path, channels=2)


def test_a_gzip_with_a_wrong_checksum_is_damaged(tmp_path: Path) -> None:
    makers.idx_folder(tmp_path / "mnist", 1)
    file = tmp_path / "mnist" / "train-labels-idx1-ubyte.gz"
    data = bytearray(gzip.compress(gzip.decompress(file.read_bytes())))
    data[-6] ^= 1
    file.write_bytes(bytes(data))
    with pytest.raises(DataError, match="truncated or damaged"):
        load_dataset("mnist", data_dir=tmp_path)
