"""Files to predict for are read as the file of the training was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipelines.datasets import DataError
from pipelines.serving.raw_inputs import read_raw, taught_options

SERIES = {
    "inputs": {"name": "series"},
    "outputs": {"kind": "forecast"},
    "target": "sales",
    "target_decimal": ",",
}


def taught_by(config: dict[str, Any], source: str = "new.csv") -> dict[str, Any]:
    return taught_options(config, source)


def write(path: Path, *lines: str) -> str:
    path.write_text("\n".join(lines))
    return str(path)


def test_the_past_of_a_series_is_the_column_of_the_training(tmp_path: Path) -> None:
    taught = taught_by(SERIES)
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
    frame = read_raw("tabular", file, **taught_by(config))
    assert frame["a"].tolist() == ["1,5", None]
    assert frame["b"].tolist() == ["x", "?"]
    assert taught_by({**config, "inputs": {"name": "tabular"}}) == {}
    assert read_raw("tabular", file, decimal=",")["a"].tolist() == [1.5, -999.0]


def test_times_of_a_new_file_increase_and_lie_as_far_apart_as_at_training(tmp_path: Path) -> None:
    taught = taught_by({**SERIES, "time": "day", "step": 1.0})
    days = [f"2026-01-{day:02};{day}" for day in (1, 2, 3, 8)]
    file = write(tmp_path / "days.csv", "day;sales", *days)
    assert read_raw("series", file, **taught).tolist() == [[1.0, 2.0, 3.0, 8.0]]
    newest_first = write(tmp_path / "back.csv", "day;sales", *reversed(days))
    for known in (taught, taught_by(SERIES)):  # a model of an earlier version, too
        with pytest.raises(DataError, match=r"back.csv:3: times increase\. '2026-01-03' does not"):
            read_raw("series", newest_first, **known)
    renamed = write(tmp_path / "renamed.csv", "date;sales", *reversed(days))
    with pytest.raises(DataError, match="times increase"):
        read_raw("series", renamed, **taught)
    weeks = write(tmp_path / "weeks.csv", "day;sales", *[f"2026-01-{d:02};1" for d in (1, 8, 15)])
    with pytest.raises(DataError, match=r"training, 1 day each\. In 'day' they are 7 days: give"):
        read_raw("series", weeks, **taught)
    assert read_raw("series", weeks, **taught_by(SERIES)).shape == (1, 3)


def test_times_are_in_the_format_of_the_training(tmp_path: Path) -> None:
    file = write(tmp_path / "s.csv", "day;sales", "05/01/2026;1", "12/01/2026;2", "02/02/2026;3")
    taught = {**SERIES, "time": "day", "time_format": "%d/%m/%Y"}
    assert read_raw("series", file, **taught_by(taught)).tolist() == [[1.0, 2.0, 3.0]]
    with pytest.raises(DataError, match="times increase"):
        read_raw("series", file, **taught_by(SERIES))


@pytest.mark.parametrize(("step", "days"), [(30.4, (1, 29)), (1.0, (1, 2))])
def test_months_are_steps_of_different_length(
    step: float, days: tuple[int, int], tmp_path: Path
) -> None:
    dates = [f"2026-02-{day:02};1" for day in days]
    file = write(tmp_path / "s.csv", "day;sales", *dates)
    assert read_raw("series", file, **taught_by({**SERIES, "step": step})).shape == (1, 2)


TABLE = ("id,review,topic", '1,"a fine, long film",film', "2,good cheese,food")


def test_texts_of_a_table_are_its_column(tmp_path: Path) -> None:
    file = write(tmp_path / "new.csv", *TABLE)
    texts = ["a fine, long film", "good cheese"]
    taught = taught_by({"inputs": {"name": "ngrams"}, "outputs": {"kind": ""}, "text": "review"})
    frame = read_raw("ngrams", file, **taught)
    assert list(frame.columns) == ["id", "review", "topic"]
    assert frame["review"].tolist() == texts
    named = write(tmp_path / "named.csv", "text", "one", "two, and three")
    assert read_raw("text", named)["text"].tolist() == ["one", "two, and three"]
    frame.assign(review=[1, 2]).to_parquet(tmp_path / "new.parquet")
    assert read_raw("text", str(tmp_path / "new.parquet"), text="review")["review"].tolist() == [
        "1", "2",
    ]  # fmt: skip
    alone = write(tmp_path / "alone.tsv", "a fine film", "good cheese")
    assert (
        read_raw("text", alone, header=False, text="column1")["column1"].tolist()[0]
        == "a fine film"
    )


def test_a_model_that_knows_no_column_is_told_it_or_reads_lines(tmp_path: Path) -> None:
    file = write(tmp_path / "new.csv", *TABLE)
    with pytest.raises(
        DataError, match=r"'text'\. Known: id, review, topic\. Say which.*pass `text="
    ):
        read_raw("ngrams", file)
    assert read_raw("ngrams", file, text="review")["review"][1] == "good cheese"
    with pytest.raises(DataError, match=r"No column named 'revew'\. Did you mean 'review'"):
        read_raw("ngrams", file, text="revew")
    # As a folder of classes holds them.
    listed = write(tmp_path / "sport.csv", "a match, lost", "a match", "won, at last, today")
    assert read_raw("ngrams", listed) == ["a match, lost", "a match", "won, at last, today"]
    single = write(tmp_path / "food.csv", "cheese", "bread")
    assert read_raw("ngrams", single) == ["cheese", "bread"]


@pytest.mark.parametrize("long", ["a fine film " * 25, "été " * 100, "x" * 5000 + ".txt"])
def test_a_text_may_be_longer_than_names_of_files_are(long: str) -> None:
    if long.endswith(".txt"):
        with pytest.raises(DataError, match="there is no such file"):
            read_raw("text", long)
    else:
        assert read_raw("text", long) == [long]
    for kind in ("image", "tabular"):
        with pytest.raises(DataError, match="there is no such file or folder"):
            read_raw(kind, long)


def test_a_row_without_a_text_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "new.csv", "id,review", "1,fine", "2,", "3,n/a")
    with pytest.raises(DataError, match=r"new.csv:3: 'review' holds no text here and in 1 more"):
        read_raw("text", file, text="review")


FRENCH = {"kind": ".csv", "encoding": "latin-1", "delimiter": "|", "header": False}


def test_a_file_of_the_trainings_kind_is_read_like_that_one(tmp_path: Path) -> None:
    config = {"inputs": {"name": "tabular"}, "outputs": {"kind": ""}, "file": FRENCH}
    file = tmp_path / "new.csv"
    file.write_bytes("1,5|é\n2,5|x\n".encode("latin-1"))
    frame = read_raw("tabular", str(file), **taught_by(config, str(file)))
    assert frame.to_dict("list") == {"column1": ["1,5", "2,5"], "column2": ["é", "x"]}
    # A person who has been told these names may write them into a file.
    file.write_bytes("column1|column2\n3|é".encode("latin-1"))
    named = {"column1": ["3"], "column2": ["é"]}
    assert read_raw("tabular", str(file), **taught_by(config, str(file))).to_dict("list") == named
    # What a person says of the new file wins.
    file.write_bytes("3;é".encode("cp850"))
    said = {**taught_by(config, str(file)), "encoding": "cp850", "delimiter": ";"}
    assert read_raw("tabular", str(file), **said).to_dict("list") == named
    # Files of another kind are written by other programs.
    frame.to_parquet(tmp_path / "new.parquet")
    for name, lines in (("new.parquet", None), ("new.tsv", ("a\tb", "1|2\té"))):
        other = tmp_path / name
        if lines is not None:
            other.write_text("\n".join(lines), encoding="utf-8")
        assert taught_by(config, str(other)) == {}
    table = read_raw("tabular", str(tmp_path / "new.parquet"))
    assert table.to_dict("list") == frame.to_dict("list")
    assert taught_by({**config, "file": {}}, str(file)) == {}


def test_a_file_that_is_evidently_written_otherwise_is_not_read_wrongly(tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    config = {"inputs": {"name": "tabular"}, "outputs": {"kind": ""}, "file": FRENCH}
    file.write_text("3;é", encoding="utf-8")  # latin-1 would make Ã© of it, one column the bar
    taught = taught_by(config, str(file))
    assert taught == {"header": False}
    assert read_raw("tabular", str(file), **taught).to_dict("list") == {
        "column1": ["3"],
        "column2": ["é"],
    }


def test_a_text_file_is_read_like_the_folder_of_the_training(tmp_path: Path) -> None:
    file = {"kind": "", "encoding": "latin-1"}
    config = {"inputs": {"name": "ngrams"}, "outputs": {"kind": ""}, "file": file}
    new = tmp_path / "new.txt"
    new.write_bytes("un café\n".encode("latin-1"))
    assert read_raw("ngrams", str(new), **taught_by(config, str(new))) == ["un café"]
    table = tmp_path / "new.csv"
    table.write_text("text,id\nun café,1", encoding="utf-8")
    assert read_raw("ngrams", str(table), **taught_by(config, str(table)))["text"][0] == "un café"
    assert read_raw("ngrams", "un café", **taught_by(config, "un café")) == ["un café"]
