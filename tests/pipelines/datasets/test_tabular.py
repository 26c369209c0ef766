"""The user's own tables: formats, types, missing values, targets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines.datasets import DataError, Dataset, load_dataset
from pipelines.datasets.formats.table_reader import read_table, sniff_delimiter
from tests.pipelines.datasets import makers

ROWS = [
    {"size": n + 0.5, "count": n % 7, "colour": ("red", "blue")[n % 2], "price": 10.0 * n + 0.25}
    for n in range(60)
]


def load(path: Path, **options: Any) -> Dataset:
    return load_dataset("tabular-file", path=path, **{"target": "price", **options})


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "table.csv"
    pd.DataFrame(ROWS).to_csv(path, sep=delimiter, index=False)
    dataset = load(path)
    assert list(dataset.train.x.columns) == ["size", "count", "colour"]
    assert load(path, delimiter=delimiter).fingerprint == dataset.fingerprint


def test_the_format_does_not_change_the_dataset(tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS).astype({"count": float})
    frame.to_csv(tmp_path / "table.csv", index=False)
    frame.to_csv(tmp_path / "table.tsv", sep="\t", index=False)
    frame.to_parquet(tmp_path / "table.parquet")
    found = {load(tmp_path / f"table.{end}").fingerprint for end in ("csv", "tsv", "parquet")}
    assert len(found) == 1


def test_windows_files_read_alike(tmp_path: Path) -> None:
    text = pd.DataFrame(ROWS).to_csv(index=False)
    (tmp_path / "unix.csv").write_bytes(text.encode())
    (tmp_path / "windows.csv").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    first, second = (load(tmp_path / name).fingerprint for name in ("unix.csv", "windows.csv"))
    assert first == second


def test_decimal_commas(tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS)
    frame.to_csv(tmp_path / "point.csv", index=False)
    frame.to_csv(tmp_path / "comma.csv", sep=";", decimal=",", index=False)
    point = load(tmp_path / "point.csv")
    comma = load(tmp_path / "comma.csv", decimal=",")
    assert comma.task == "regression"
    assert comma.fingerprint == point.fingerprint


def test_quoted_delimiters_and_line_ends_do_not_confuse_the_sniffer() -> None:
    text = 'a;b\n"1,2,3;4";5\n"x\ny";6\n'
    assert sniff_delimiter(text, Path("x.csv")) == ";"


def test_types_are_inferred_shown_and_overridden(tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS)
    frame["id"] = makers.words(60, 1)
    frame["unit"] = "euro"
    frame["empty"] = None
    frame.loc[3, "size"] = None
    frame.to_csv(tmp_path / "table.csv", index=False)
    dataset = load(tmp_path / "table.csv")
    schema = dataset.schema
    assert schema is not None
    assert schema.numeric == ("size", "count")
    assert schema.categorical == ("colour",)
    assert schema.dropped == ("id", "unit", "empty")
    shown = {column.name: column for column in schema.columns}
    assert shown["size"].missing == 1
    assert shown["colour"].categories == ("blue", "red")
    assert "constant: 'euro'" in shown["unit"].reason
    assert "60 distinct texts in 60 rows: an identifier" in shown["id"].reason
    assert "2 categories" in schema.table()
    assert any("dropped 3 columns" in note for note in dataset.notes)

    chosen = load(tmp_path / "table.csv", columns={"count": "categorical", "size": "dropped"})
    assert chosen.schema is not None
    assert chosen.schema.categorical == ("count", "colour")
    assert set(chosen.train.x["count"]) <= {str(n) for n in range(7)}
    assert "size" not in chosen.train.x


def test_missing_values_stay_for_the_imputation(tmp_path: Path) -> None:
    marks = ["", "NA", "n/a", "NaN", "null", "None", "?", "#N/A"]
    lines = ["a,b,y", *(f"{mark},{mark},{n}.5" for n, mark in enumerate(marks))]
    lines += [f"{n}.0,{'pq'[n % 2]},{n}.25" for n in range(8, 30)]
    (tmp_path / "table.csv").write_text("\n".join(lines))
    dataset = load(tmp_path / "table.csv", target="y")
    x = pd.concat([dataset.train.x, dataset.validation.x, dataset.test.open("count all rows").x])
    assert x["a"].dtype == np.float64 and x["a"].isna().sum() == 8
    assert x["b"].dtype == object and x["b"].isna().sum() == 5
    # NA, null and None are codes among texts.
    assert "13 missing input values, left for imputation" in dataset.notes


@pytest.mark.parametrize(
    ("values", "task", "classes"),
    [
        (["no", "yes"], "classification", ("no", "yes")),
        (["0", "1"], "classification", ("0", "1")),
        # Ordered as numbers, not as texts.
        (["2", "10"], "classification", ("2", "10")),
        (["1.0", "2.0"], "classification", ("1", "2")),
        (["True", "False"], "classification", ("False", "True")),
        (["0.5", "1.5"], "regression", None),
        ([str(n) for n in range(60)], "regression", None),
    ],
)
def test_the_task_is_inferred_and_told(
    tmp_path: Path, values: list[str], task: str, classes: tuple[str, ...] | None
) -> None:
    lines = ["x,y", *(f"{n}.5,{values[n % len(values)]}" for n in range(60))]
    (tmp_path / "table.csv").write_text("\n".join(lines))
    dataset = load(tmp_path / "table.csv", target="y")
    assert (dataset.task, dataset.classes) == (task, classes)
    assert f"{task} ({len(values)} distinct values; inferred" in dataset.notes[-1]
    assert dataset.train.y.dtype == (np.int64 if classes else np.float32)


def test_a_chosen_task_wins(tmp_path: Path) -> None:
    lines = ["x,y", *(f"{n}.5,{n % 5}" for n in range(60))]
    (tmp_path / "table.csv").write_text("\n".join(lines))
    assert load(tmp_path / "table.csv", target="y", task="regression").classes is None


def test_categories_of_a_typed_file_are_those_of_new_rows(tmp_path: Path) -> None:
    codes = [1.0, 2.0, None]
    frame = pd.DataFrame([{"size": n, "zone": codes[n % 3], "price": n + 0.5} for n in range(60)])
    frame.to_parquet(tmp_path / "t.parquet")
    schema = load(tmp_path / "t.parquet", columns={"zone": "categorical"}).schema
    assert schema is not None
    assert schema.columns[1].categories == ("1", "2")
    assert set(schema.reading.categories(frame, "zone")) == {"1", "2", None}


@pytest.mark.parametrize("end", ["csv", "parquet"])
def test_classes_beyond_the_whole_numbers_of_floats_stay_apart(tmp_path: Path, end: str) -> None:
    codes = [2**53 + 1, 2**53, 2**53 + 2, 10**17 + 1]
    frame = pd.DataFrame([{"size": n, "price": codes[n % 4]} for n in range(80)])
    path = tmp_path / f"t.{end}"
    frame.to_csv(path, index=False) if end == "csv" else frame.to_parquet(path)
    dataset = load(path)
    assert dataset.classes == tuple(str(code) for code in sorted(codes))
    by_size = dict(zip(dataset.train.x["size"], dataset.train.y, strict=True))
    assert all(dataset.classes[label] == str(codes[int(n) % 4]) for n, label in by_size.items())
    assert load(path, task="regression").train.y.dtype == np.float32


def test_boolean_parquet_targets_are_classes(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": np.arange(60.0), "y": np.arange(60) % 3 == 0})
    frame.to_parquet(tmp_path / "table.parquet")
    assert load(tmp_path / "table.parquet", target="y").classes == ("False", "True")


def test_dates_are_inputs(tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS)
    frame["day"] = pd.date_range("2026-01-01", periods=60)
    frame.to_parquet(tmp_path / "table.parquet")
    schema = load(tmp_path / "table.parquet").schema
    assert schema is not None and schema.dates == {"day": "ISO8601"}


def test_repeated_inputs_stay_in_one_split(tmp_path: Path) -> None:
    # 30 rows, each three times with other targets: a random split would leak all of them.
    lines = ["x,y", *(f"{n % 30}.5,{n}.25" for n in range(90))]
    (tmp_path / "table.csv").write_text("\n".join(lines))
    dataset = load(tmp_path / "table.csv", target="y")
    train, validation = set(dataset.train.x["x"]), set(dataset.validation.x["x"])
    assert not train & validation
    assert any("60 rows repeat the inputs of another" in note for note in dataset.notes)


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text('a,b\n1,"x\ny"\n\n2,z\n')
    table = read_table(tmp_path / "table.csv")
    assert table.lines == [2, 5]
    assert table.frame["b"].tolist() == ["x\ny", "z"]


def test_free_text_becomes_the_words_of_a_model(tmp_path: Path) -> None:
    from pipelines.preprocessing import TabularPreprocessor

    generator = np.random.default_rng(0)
    lines = ["note,size,label"]
    for number in range(80):
        word = ("late", "paid")[number % 2]
        lines.append(
            f"bill {number} was {word} by customer {number * 7},{generator.normal():.2f},{word}"
        )
    path = tmp_path / "bills.csv"
    path.write_text("\n".join(lines) + "\n")
    dataset = load(path, target="label")
    schema = dataset.schema
    assert schema is not None and schema.texts == ("note",)
    assert "the words of free text" in schema.table()
    table = TabularPreprocessor(texts=schema.texts).fit(dataset.train.x)
    names = table.feature_names
    assert names[0] == "size" and {"note: late", "note: paid", "note: was late"} <= set(names)
    rows = table.transform(dataset.validation.x)[:, names.index("note: paid")]
    assert ((rows > 0) == np.asarray(dataset.validation.y)).all()
    other = load(path, target="label", columns={"note": "dropped"})
    assert other.schema is not None and other.schema.texts == ()


def test_a_column_says_which_rows_are_for_what(tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS)
    parts = ["Train", "val", "train", "train", "test", "train"] * 10
    frame.assign(part=parts).to_csv(tmp_path / "table.csv", index=False)
    dataset = load(tmp_path / "table.csv", split="part")
    assert list(dataset.train.x.columns) == ["size", "count", "colour"]
    sizes = frame["size"].to_numpy().reshape(10, 6)
    assert dataset.train.x["size"].tolist() == sizes[:, [0, 2, 3, 5]].ravel().tolist()
    assert dataset.validation.x["size"].tolist() == sizes[:, 1].tolist()
    assert dataset.test.open("a test").x["size"].tolist() == sizes[:, 4].tolist()
    assert load(tmp_path / "table.csv", split="part", seed=3).fingerprint == dataset.fingerprint


def test_splits_that_no_row_names_are_drawn_and_leaks_are_closed(tmp_path: Path) -> None:
    frame = pd.DataFrame([*ROWS, ROWS[0]])
    frame["part"] = ["train"] * 50 + ["test"] * 11
    frame.to_csv(tmp_path / "table.csv", index=False)
    dataset = load(tmp_path / "table.csv", split="part")
    assert len(dataset.test.open("a test")) == 11
    assert len(dataset.train) + len(dataset.validation) == 49
    assert "dropped 1 train rows that also occur in test" in dataset.notes
    assert "carved 7 validation rows from train: none were given" in dataset.notes


def test_classes_whose_names_differ_in_case_alone_stay_apart_and_are_named(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    words = ("True", "FALSE", "true", "False", "yes")
    path.write_text("\n".join(["a,b", *(f"{n},{words[n % 5]}" for n in range(60))]))
    dataset = load(path, target="b")
    assert dataset.classes == ("FALSE", "False", "True", "true", "yes")
    (note,) = [note for note in dataset.notes if "alone" in note]
    assert "'FALSE' and 'False'; 'True' and 'true' differ in case or spaces alone" in note


def test_rows_without_a_target_are_dropped_and_missing_inputs_kept(tmp_path: Path) -> None:
    rows = [f"{n if n % 5 else ''},{n},{n + 0.5 if n % 10 else ''}" for n in range(1, 81)]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["size,count,price", *rows]))
    message = (
        r"t.csv:11: the target 'price' has no value here and in 7 more.*`missing_target='drop'`"
    )
    for missing in ("impute", "error"):
        with pytest.raises(DataError, match=message if missing == "impute" else "`missing='drop'`"):
            load(path, missing=missing)
    dataset = load(path, missing_target="drop")
    assert "dropped 8 rows without a value of 'price'" in dataset.notes
    assert "8 missing input values, left for imputation" in dataset.notes
    assert len(dataset.train) + len(dataset.validation) + len(dataset.test) == 72
    everything = load(path, missing="drop")
    assert len(everything.train) + len(everything.validation) + len(everything.test) == 64
    with pytest.raises(ValueError, match="`missing_target` is 'drop' or 'error'"):
        load(path, missing_target="impute")
    path.write_text("size,count,price\n1,2,\n3,4,\n")
    with pytest.raises(
        DataError, match="every row is one without a value of 'price'; none is left"
    ):
        load(path, missing_target="drop")


@pytest.mark.parametrize(
    ("values", "options", "kind"),
    [
        (["err"], {"missing_texts": ["err"]}, "numeric"),
        (["err"], {"columns": {"size": "categorical"}}, "categorical"),
        ([f"{n}X" for n in range(6)], {}, "dropped"),  # one in eleven: codes
    ],
)
def test_texts_among_numbers_are_told_or_many(
    values: list[str], options: dict[str, Any], kind: str, tmp_path: Path
) -> None:
    rows = [f"{n + 0.5};{n % 7};{n}" for n in range(60)]
    rows += [f"{value};{n % 7};{n}" for n, value in enumerate(values)]
    (tmp_path / "t.csv").write_text("\n".join(["size;count;price", *rows]))
    schema = load(tmp_path / "t.csv", **options).schema
    assert schema is not None
    assert [column.kind for column in schema.columns] == [kind, "numeric"]


def test_a_text_hides_no_decimal_commas(tmp_path: Path) -> None:
    rows = [f"{n},5;{n % 7};{n}" for n in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["size;count;price", "err;1;2", *rows]))
    with pytest.raises(DataError, match=r"t.csv:2: 'size' holds numbers, but for 1 of 61"):
        load(tmp_path / "t.csv")
