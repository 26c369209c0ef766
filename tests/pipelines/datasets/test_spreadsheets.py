"""Tables as spreadsheets and exports write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipelines.datasets import DataError, Dataset, load_dataset
from pipelines.preprocessing import TabularPreprocessor, preprocessing_from_config


def load(path: Path, lines: list[str], **options: Any) -> Dataset:
    path.write_text("\n".join(lines), encoding=options.pop("write_as", "utf-8"))
    return load_dataset("tabular-file", path=path, **{"target": "y", **options})


def column(dataset: Dataset, name: str) -> Any:
    assert dataset.schema is not None
    return next(item for item in dataset.schema.columns if item.name == name)


def rows(*values: str, count: int = 60) -> list[str]:
    """A table with the columns v (these values in turn), x and y."""
    body = (f'"{values[n % len(values)]}",{n}.5,{n}.25' for n in range(count))
    return ["v,x,y", *body]


@pytest.mark.parametrize(
    ("texts", "kind", "first"),
    [
        (("0870", "1360", "0044"), "categorical", "0870"),
        (("12,345.67", "1,000.00", "7"), "numeric", 12345.67),
        (("45.1%", "3%"), "numeric", 45.1),
        (("$1,200", "€ 7.50", "9 EUR"), "numeric", 1200.0),
        (("(3.50)", "2"), "numeric", -3.5),
        (("$(1,200)", "3"), "numeric", -1200.0),
        (("€ -7.50", "1,234.00-"), "numeric", -7.5),
        (("₹12,34,567", "₹1,000"), "numeric", 1234567.0),
        (("R$ 5", "7 kr", "9 zł"), "numeric", 5.0),
        (("2-", "3", "1"), "categorical", "2-"),
        (("2026-01-05", "2026-02-06"), "date", pd.Timestamp("2026-01-05")),
        (("31/12/2025", "01/02/2026"), "date", pd.Timestamp("2025-12-31")),
        (("2026-1-5", "2026-11-25"), "date", pd.Timestamp("2026-01-05")),
        (("1/5/2026 3:45 PM", "1/6/2026 12:05 AM"), "date", pd.Timestamp("2026-01-05 15:45")),
        (("05-Jan-26", "28-Feb-26"), "date", pd.Timestamp("2026-01-05")),
        (("January 5, 2026", "May 31, 2026"), "date", pd.Timestamp("2026-01-05")),
        (("1/5/26", "12/31/25"), "date", pd.Timestamp("2026-01-05")),
        (("Jan-26", "Feb-26"), "date", pd.Timestamp("2026-01-01")),
        (("May 2026", "Jun 2026"), "date", pd.Timestamp("2026-05-01")),
        (("12/2025", "1/2026"), "date", pd.Timestamp("2025-12-01")),
        (("12/3456", "1/2026"), "categorical", "12/3456"),
        (("NA", "2026-01-05", "-", "2026-02-06"), "date", None),
        (("99/12/2026", "98/11/2026", "01/05/2026"), "categorical", "99/12/2026"),
        (("NA", "FR", ""), "categorical", "NA"),
        (("NA", "4", "5"), "numeric", None),
    ],
)
def test_kinds(tmp_path: Path, texts: tuple[str, ...], kind: str, first: Any) -> None:
    dataset = load(tmp_path / "t.csv", rows(*texts))
    assert column(dataset, "v").kind == kind
    values = pd.concat([dataset.train.x, dataset.validation.x, dataset.test.open("all").x])
    found = values.set_index("x")["v"][0.5]
    assert pd.isna(found) if first is None else found == first


def test_what_was_taken_for_missing_is_counted_and_chosen(tmp_path: Path) -> None:
    taken = load(tmp_path / "a.csv", rows("?", "4", "NA"))
    note = "taken for missing: '?' 20 times, 'NA' 20 times (pass `missing_texts` to choose)"
    assert note in taken.notes
    chosen = load(tmp_path / "b.csv", rows("?", "none"), missing_texts=["none"])
    assert column(chosen, "v").missing == 30


@pytest.mark.parametrize("written", ["utf-16", "utf-8-sig"])
def test_byte_order_marks(tmp_path: Path, written: str) -> None:
    assert load(tmp_path / "t.csv", rows("3", "4"), write_as=written).task == "regression"


def test_decimal_commas_are_found(tmp_path: Path) -> None:
    lines = ["v;y", *(f"{n},5;{1000 + n}" for n in range(60))]
    dataset = load(tmp_path / "t.csv", lines)
    assert column(dataset, "v").kind == "numeric"
    assert "numbers are read with a decimal comma" in dataset.notes


def test_a_file_without_header(tmp_path: Path) -> None:
    lines = [f"{n},{n % 7}" for n in range(60)]
    with pytest.raises(DataError, match=r"t.csv:1: the first line holds numbers .* `header=False`"):
        load(tmp_path / "t.csv", lines)
    found = load(tmp_path / "t.csv", lines, header=False, target="column2")
    assert found.classes == tuple("0123456")


def test_classes_keep_their_spelling(tmp_path: Path) -> None:
    lines = ["x,y", *(f"{n}.5,{('007', '010', '100')[n % 3]}" for n in range(60))]
    assert load(tmp_path / "t.csv", lines).classes == ("007", "010", "100")


def test_an_impossible_date_is_named(tmp_path: Path) -> None:
    lines = rows("2024-02-28", "2024-02-29")
    lines[5] = '"2024-02-30",1,2'
    with pytest.raises(DataError, match=r"t.csv:6: column 'v' holds dates, and '2024-02-30'"):
        load(tmp_path / "t.csv", lines)


def test_nul_characters_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"t.csv:3: a text holds no NUL characters"):
        load(tmp_path / "t.csv", rows("1", "2\0"))


def test_a_fitted_table_takes_what_pandas_reads(tmp_path: Path) -> None:
    """Codes become numbers in pandas, numbers texts; the model sees the same."""
    lines = ["code,price,day,y"]
    codes, days = ("0870", "0044"), ("2026-01-05", "2026-02-06", "2026-03-08")
    lines += [f'{codes[n % 2]},"{1000 + n:,}",{days[n % 3]},{n}.5' for n in range(60)]
    dataset = load(tmp_path / "t.csv", lines)
    assert dataset.schema is not None
    fitted = TabularPreprocessor(dates=dataset.schema.dates).fit(dataset.train.x)
    again = preprocessing_from_config(fitted.to_config())
    raw = pd.read_csv(tmp_path / "t.csv")
    assert raw["code"].dtype.kind == "i"
    frame = raw.merge(raw[["price"]].drop_duplicates())
    matrix = again.transform(frame)
    assert fitted.feature_names == [
        "price",
        "day month",
        "day weekday",
        "code=0044",
        "code=0870",
    ]
    assert matrix[:, 3:].sum() == len(frame)
    with pytest.raises(ValueError, match=r"'day' holds dates \(ISO8601\). Row 0 holds 'soon'"):
        again.transform([{"code": 870, "price": "1,001", "day": "soon"}])


def test_numbers_of_several_units_are_told(tmp_path: Path) -> None:
    found = load(tmp_path / "t.csv", rows("45%", "0.45"))
    assert "column 'v': units differ: '%' 30 times, none 30 times" in found.notes
    assert found.schema is not None
    assert "read from texts such as '45%'; units differ" in found.schema.table()
    assert not any("units" in note for note in load(tmp_path / "o.csv", rows("4%", "5%")).notes)


def test_a_column_with_decimal_points_beside_one_with_commas(tmp_path: Path) -> None:
    """12.345 is no thousands where 12.5 stands, and is where nothing speaks against it."""
    pairs = (("12.345", "1.234"), ("12.5", "5.678"))
    lines = ["a;b;c;y", *("{};{};{};{},5".format(*pairs[n % 2], n, n) for n in range(60))]
    dataset = load(tmp_path / "t.csv", lines)
    values = pd.concat([dataset.train.x, dataset.validation.x])
    assert set(values["a"]) == {12.345, 12.5}
    assert set(values["b"]) == {1234.0, 5678.0}


def test_the_line_that_excel_writes_first(tmp_path: Path) -> None:
    lines = ["sep=;", "v;y", *(f"{n},5;{1000 + n}" for n in range(60))]
    assert column(load(tmp_path / "t.csv", lines), "v").kind == "numeric"
    lines[5] = "1;2;3"
    with pytest.raises(DataError, match=r"t.csv:6: 2 fields are expected"):
        load(tmp_path / "t.csv", lines)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"PK\x03\x04", "save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
        (b"\x1f\x8b", "unpack it"),
    ],
)
def test_a_workbook_is_no_table(tmp_path: Path, head: bytes, said: str) -> None:
    (tmp_path / "t.xlsx").write_bytes(head + bytes(40))
    with pytest.raises(DataError, match=said):
        load_dataset("tabular-file", path=tmp_path / "t.xlsx", target="y")


def test_marks_in_dates_are_missing_when_served(tmp_path: Path) -> None:
    dataset = load(tmp_path / "t.csv", rows("2026-01-05", "NA", "2026-02-06"))
    assert "taken for missing: 'NA' 20 times (pass `missing_texts` to choose)" in dataset.notes
    assert dataset.schema is not None
    fitted = TabularPreprocessor(dates=dataset.schema.dates).fit(dataset.train.x)
    marked, empty = fitted.transform([{"v": mark, "x": 1.0} for mark in ("NA", None)])
    assert (marked == empty).all()


def test_marks_are_missing_in_what_pandas_reads(tmp_path: Path) -> None:
    """Its texts have a type of their own, in files of its own too."""
    lines = ["v,x,y", *(f"{'-' if n % 9 == 0 else n},{n}.5,{n}.25" for n in range(60))]
    dataset = load(tmp_path / "t.csv", lines)
    raw = pd.read_csv(tmp_path / "t.csv")
    fitted = TabularPreprocessor().fit(dataset.train.x)
    assert fitted.transform(raw)[:, fitted.feature_names.index("v is missing")].sum() == 7
    raw.to_parquet(tmp_path / "t.parquet")
    stored = load_dataset("tabular-file", path=tmp_path / "t.parquet", target="y")
    assert column(stored, "v").kind == "numeric"
    assert column(stored, "v").missing == 7


def taught(dataset: Dataset) -> TabularPreprocessor:
    """The preprocessing of a table as it is saved and loaded again."""
    schema = dataset.schema
    assert schema is not None
    fitted = TabularPreprocessor(reading=schema.reading)
    config = json.loads(json.dumps(fitted.fit(dataset.train.x).to_config()))
    found = preprocessing_from_config(config)
    assert isinstance(found, TabularPreprocessor)
    return found


def test_new_rows_are_read_as_the_file_of_the_training(tmp_path: Path) -> None:
    """12.345 alone says not whether its point is a decimal one, and -999 not that it is none."""
    lines = ["a;b;y", *(f"{n},5;{-999 if n % 5 == 0 else f'1.{n:03}'};{n}" for n in range(60))]
    dataset = load(tmp_path / "t.csv", lines, missing_texts=["-999"])
    fitted = taught(dataset)
    values = [{"a": a, "b": b} for a, b in (("12.345", "1.020"), (12345.0, 1020), (1, -999))]
    rows = [fitted.transform([value])[0] for value in values]
    assert fitted.feature_names == ["a", "b", "b is missing"]
    assert rows[0].tolist() == rows[1].tolist()
    assert rows[2][2] == 1.0


def test_texts_of_pandas_are_missing_as_in_the_training(tmp_path: Path) -> None:
    fitted = taught(load(tmp_path / "t.csv", rows("red", "?", "blue")))
    raw = pd.read_csv(tmp_path / "t.csv")
    assert (raw["v"] == "?").sum() == 20
    place = fitted.feature_names.index("v=missing")
    assert fitted.transform(raw)[:, place].sum() == 20


def test_a_series_with_decimal_commas(tmp_path: Path) -> None:
    lines = ["day;sales", *(f"{1960 + n // 12}-{n % 12 + 1:02};{n % 12},5" for n in range(240))]
    (tmp_path / "s.csv").write_text("\n".join(lines))
    found = load_dataset("series-file", path=tmp_path / "s.csv", target="sales")
    assert float(found.train.x[0][0]) == 0.5
    assert "numbers are read with a decimal comma" in found.notes


DAYS = [f"{day:02}/{month:02}/2026" for month in (3, 4, 5, 6, 7) for day in (3, 4, 5)]


@pytest.mark.parametrize(
    ("days", "options", "month", "told"),
    [
        (DAYS, {}, 4, True),  # 04/03/2026
        (DAYS, {"day_first": False}, 4, False),
        (DAYS, {"day_first": True}, 3, False),
        ([*DAYS, "04/13/2026"], {"day_first": True}, 4, False),  # a value tells
        (["05/05/2026", "04/04/2026"], {}, 4, False),  # the same days
    ],
)
def test_the_order_of_day_and_month_is_told_where_it_is_guessed(
    days: list[str], options: dict[str, Any], month: int, told: bool, tmp_path: Path
) -> None:
    lines = [f"{day},{n},{n}.5" for n, day in enumerate([*days[1:], *(days * 5)])]
    dataset = load(tmp_path / "t.csv", ["day,size,y", *lines], **options)
    read = pd.concat([dataset.train.x, dataset.validation.x, dataset.test.open("all").x])
    assert read.loc[(read["size"] == 0).to_numpy(), "day"].iloc[0].month == month
    note = (
        "no value tells day from month: '04/03/2026' is read as 2026-04-03; pass `day_first=True` "
        "for the day first, or pass `day_first=False` to agree"
    )
    assert (f"column 'day': {note}" in dataset.notes) is told
    assert dataset.schema is not None
    assert (note in dataset.schema.table()) is told


def test_times_below_a_second(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    times = [f"2026-01-05 00:00:{n // 10:02}.{n % 10}" for n in range(300)]
    path.write_text("\n".join(["t,y", *(f"{time},{n % 7}" for n, time in enumerate(times))]))
    found = load_dataset("series-file", path=path, target="y")
    assert found.options["step"] * 86_400 == pytest.approx(0.1, rel=1e-3)


def test_times_of_a_series_that_read_both_ways(tmp_path: Path) -> None:
    months = [f"01/{n % 12 + 1:02}/{2000 + n // 12}" for n in range(120)]
    path = tmp_path / "s.csv"
    path.write_text("\n".join(["day;y", *(f"{day};{n % 12}" for n, day in enumerate(months))]))
    guessed = load_dataset("series-file", path=path, target="y")
    assert any("'01/02/2000' is read as 2000-01-02; pass" in note for note in guessed.notes)
    told = load_dataset("series-file", path=path, target="y", day_first=True)
    assert not any("no value tells" in note for note in told.notes)
    assert (told.options["time_format"], round(told.options["step"])) == ("%d/%m/%Y", 31)
    weeks = ["05/01/2026", "12/01/2026", "02/02/2026", "09/02/2026"]
    path.write_text("\n".join(["day;y", *(f"{day};{n}" for n, day in enumerate(weeks))]))
    with pytest.raises(DataError, match=r"s.csv:4: times increase\..*Or no value tells day from"):
        load_dataset("series-file", path=path, target="y")
