"""Options of loaders are of the declared types, whoever wrote them."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

from pipelines.datasets import load_dataset
from pipelines.datasets.catalog import CATALOG
from pipelines.datasets.formats.images import read_size
from pipelines.datasets.option_types import check_option_types
from tests.pipelines.datasets import makers


@pytest.mark.parametrize("name", CATALOG)
def test_the_defaults_of_every_loader_are_of_its_types(name: str) -> None:
    loader = CATALOG[name].function()
    parameters = inspect.signature(loader).parameters.items()
    defaults = {n: p.default for n, p in parameters if p.default is not p.empty}
    check_option_types(loader, defaults)
    with pytest.raises(ValueError, match="`seed` is a whole number"):
        check_option_types(loader, {"seed": 1.5})


REFUSED = [
    ("image-folder", {"channels": "three"}, "`channels` is a whole number. Got channels='three'"),
    ("image-folder", {"channels": True}, "`channels` is a whole number. Got channels=True"),
    ("image-folder", {"in_memory": 1}, "`in_memory` is true or false. Got in_memory=1"),
    ("image-folder", {"image_size": [8, 8, 3]}, "`image_size` is .* Got image_size=.8, 8, 3."),
    (
        "image-folder",
        {"image_size": "8by8"},
        "`image_size` is HEIGHTxWIDTH .* Got image_size='8by8",
    ),
    ("image-folder", {"image_size": 0}, "`image_size` is HEIGHTxWIDTH .* Got image_size=0"),
    ("mask-folder", {"image_size": "8x0"}, "`image_size` is HEIGHTxWIDTH .* Got image_size='8x0'"),
    ("mask-folder", {"classes": "ab"}, "`classes` is a list of texts. Got classes='ab'"),
    ("tabular-file", {"columns": ["a"]}, "`columns` is names with values, .* Got columns=.'a'."),
    (
        "tabular-file",
        {"columns": {"a:b": None}},
        "`columns` .* a space behind each colon.* Got columns=.'a:b'",
    ),
    ("tabular-file", {"delimiter": 3}, "`delimiter` is a text. Got delimiter=3"),
    ("tabular-file", {"missing": 0}, "`missing` is one of impute, drop, .*Got missing=0"),
    ("series-file", {"horizon": "two"}, "`horizon` is a whole number. Got horizon='two'"),
    ("series-file", {"validation": 2}, "`0 < validation`, .* must hold. Got validation=2"),
    ("pair-file", {"columns": "10"}, "`columns` is a list of 2 whole numbers. Got columns='10'"),
    ("text-classes", {"validation": "much"}, "`validation` is a number. Got validation='much'"),
]


@pytest.mark.parametrize(("name", "options", "message"), REFUSED)
def test_values_of_another_type_are_refused_in_words(
    name: str, options: dict[str, Any], message: str, tmp_path: Path
) -> None:
    needed = {"target": "label"} if name in ("tabular-file", "series-file") else {}
    if "image_size" in options:
        (makers.own_masks if name == "mask-folder" else makers.own_images)(tmp_path, 0)
    with pytest.raises(ValueError, match=message):
        load_dataset(name, path=tmp_path, **needed, **options)


@pytest.mark.parametrize("size", [6, "6", "6x6", "6X6", [6, 6], (6, 6)])
def test_a_size_is_written_in_many_ways(size: Any) -> None:
    assert read_size(size) == (6, 6)
    assert read_size("4x6") == (4, 6)


def test_images_have_the_size_that_was_written(tmp_path: Path) -> None:
    makers.own_images(tmp_path, 0)
    for size in (6, "6x6"):
        dataset = load_dataset("image-folder", path=tmp_path, image_size=size, in_memory=True)
        assert dataset.train.x.shape[1:] == (6, 6, 3)


def test_numbers_may_stand_for_texts_that_mean_missing(tmp_path: Path) -> None:
    rows = [f"{n if n % 9 else -999},{n}.5" for n in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["a,y", *rows]))
    for missing in ("-999", [-999], ("-999", "x")):
        found = load_dataset(
            "tabular-file", path=tmp_path / "t.csv", target="y", missing_texts=missing
        )
        assert found.schema is not None
        assert found.schema.columns[0].missing == 7
