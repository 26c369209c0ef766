"""Every preprocessing keeps the rules that `Preprocessing` states."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines.preprocessing import (
    PREPROCESSING,
    ImagePreprocessor,
    LanguagePreprocessor,
    NgramPreprocessor,
    NgramVocabulary,
    NotFittedError,
    PairPreprocessor,
    Preprocessing,
    TabularPreprocessor,
    TargetEncoder,
    TextPreprocessor,
    Vocabulary,
    preprocessing_from_config,
    read_preprocessing,
    write_preprocessing,
)
from pipelines.preprocessing.columns import NumericOptions
from pipelines.preprocessing.series import SeriesPreprocessor
from pipelines.preprocessing.tokenizer import Tokenizer

RNG = np.random.default_rng(5)
IMAGES = RNG.integers(0, 256, (12, 6, 6, 3), dtype=np.uint8)
TABLE = pd.DataFrame(
    {
        "size": [1.0, None, 3.0, 4.0, 50.0, 6.0],
        "price": [3.0, 1.0, 4.0, 1.0, 5.0, 9.0],
        "colour": ["red", "blue", None, "red", "green", "blue"],
    }
)
SERIES = RNG.normal(size=(5, 4))
TEXTS = ["a good film", "a bad film", "not bad at all", "good"]


@dataclass(frozen=True)
class Row:
    """One fitted configuration: how it is made, what it learns from, what it then sees."""

    make: Callable[[], Preprocessing]
    train: Any
    new: Any
    targets: Any = None
    first: Callable[[Any], Any] = field(default=lambda rows: rows[:2])


def tabular(**options: Any) -> Row:
    new = pd.DataFrame(
        {"size": [None, -9.0, 2.0], "price": [2.0, 800.0, 0.5], "colour": ["blue", "pink", None]}
    )
    return Row(lambda: TabularPreprocessor(**options), TABLE, new)


def power(kind: str, scaling: str = "standard") -> NumericOptions:
    return NumericOptions(power=kind, scaling=scaling)


SUBWORDS = Tokenizer(kind="subword")
ROWS = {
    "image": Row(ImagePreprocessor, IMAGES, IMAGES[::-1]),
    "image standardized": Row(lambda: ImagePreprocessor(standardize=True), IMAGES, IMAGES[::-1]),
    "image resized grey": Row(
        lambda: ImagePreprocessor(size=(4, 5), channels=1), IMAGES, [IMAGES[0], IMAGES[1][:3]]
    ),
    "series": Row(lambda: SeriesPreprocessor(window=2, season=3), SERIES, SERIES[::-1]),
    "tabular": tabular(),
    "tabular codes": tabular(encoding="codes"),
    "tabular z-score": tabular(outliers="z-score", outlier_limit=1.0),
    "tabular iqr removed": tabular(outliers="iqr", outlier_action="remove"),
    "tabular forest": tabular(outliers="isolation-forest", outlier_limit=0.2),
    "tabular log": tabular(options=power("log", "robust")),
    "tabular sqrt": tabular(options=power("sqrt", "minmax")),
    "tabular box-cox": tabular(options=power("box-cox")),
    "tabular yeo-johnson": tabular(options=power("yeo-johnson", "none")),
    "tabular quantiles": tabular(options=power("quantile-normal")),
    "tabular texts": tabular(texts=["colour"]),
    "tabular texts and codes": tabular(texts=["colour"], encoding="codes"),
    "target": Row(TargetEncoder, ["b", "a", "b"], ["a", "b", "a"]),
    "target standardized": Row(lambda: TargetEncoder("standardized"), [1.0, 5.0], [2.0, 3.0, 4.0]),
    "target transformed": Row(
        lambda: TargetEncoder("standardized", transform="log", outliers="iqr"),
        [1.0, 5.0, 6.0, 90.0],
        [2.0, 3.0, 4.0],
    ),
    "target plain": Row(lambda: TargetEncoder("plain"), [1.0, 5.0], [2.0, 3.0, 4.0]),
    "text": Row(TextPreprocessor, TEXTS, ["good bad new", "film"]),
    "text fixed": Row(
        lambda: TextPreprocessor(max_length=2, keep="last", fixed_length=True), TEXTS, TEXTS[::-1]
    ),
    "text subword": Row(
        lambda: TextPreprocessor(Vocabulary(SUBWORDS, max_size=270)), TEXTS, ["gööd film", "?"]
    ),
    "language": Row(LanguagePreprocessor, "to be or not", "not to be", first=lambda text: text[:5]),
    "language items": Row(
        lambda: LanguagePreprocessor(layout="items"), ["ann", "bo"], ["bob", "n"]
    ),
    "ngrams": Row(
        lambda: NgramPreprocessor(
            NgramVocabulary(longest=2, max_size=9),
            NgramVocabulary(Tokenizer(kind="character"), longest=3, min_frequency=2),
        ),
        TEXTS,
        ["good bad new", "film", "?"],
    ),
    "pairs": Row(PairPreprocessor, ["I am.", "Go."], ["I go.", "Am I?"], ["Je suis.", "Va."]),
    "pairs subword": Row(
        lambda: PairPreprocessor(SUBWORDS, max_size=260), ["go go", "a"], ["go"], ["va va", "b"]
    ),
}

each = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)


def same(first: Any, second: Any) -> None:
    if isinstance(first, dict):
        assert list(first) == list(second)
        for name in first:
            same(first[name], second[name])
    else:
        assert first.dtype == second.dtype
        np.testing.assert_array_equal(first, second)


def trimmed(array: Any, width: int) -> Any:
    """Without trailing padding, which only token matrices have."""
    if isinstance(array, dict) or array.ndim != 2 or array.dtype != np.int32:
        return array
    assert not array[:, width:].any()
    return array[:, :width]


def test_every_preprocessing_has_a_row() -> None:
    assert {row.make().name for row in ROWS.values()} == set(PREPROCESSING)


@each
def test_rule_1_other_rows_change_nothing(row: Row) -> None:
    fitted = row.make().fit(row.train, row.targets)
    before = json.dumps(fitted.to_config())
    fitted.transform(row.new)
    fitted.transform(row.first(row.new))
    assert json.dumps(fitted.to_config()) == before


@each
def test_rule_2_rows_do_not_depend_on_company(row: Row) -> None:
    fitted = row.make().fit(row.train, row.targets)
    every = fitted.transform(row.new)
    some = fitted.transform(row.first(row.new))
    if isinstance(every, dict):
        every = {name: part[:2] for name, part in every.items()}
    else:
        every = every[: len(some)]
    same(trimmed(every, some.shape[-1] if hasattr(some, "shape") else 0), some)


@each
def test_rule_3_json_rebuilds_the_same(row: Row, tmp_path: Any) -> None:
    fitted = row.make().fit(row.train, row.targets)
    write_preprocessing(fitted, tmp_path / "fitted.json")
    rebuilt = read_preprocessing(tmp_path / "fitted.json")
    assert type(rebuilt) is type(fitted)
    assert rebuilt.to_config() == json.loads(json.dumps(fitted.to_config()))
    same(rebuilt.transform(row.new), fitted.transform(row.new))
    same(rebuilt.transform(row.train), row.make().fit_transform(row.train, row.targets))


@each
def test_rule_4_use_before_fit_is_an_error(row: Row) -> None:
    with pytest.raises(NotFittedError, match=r"call fit\(train_x\) before"):
        row.make().transform(row.new)
    with pytest.raises(NotFittedError, match=r"call fit\(train_x\) before"):
        row.make().to_config()


def test_rule_5_nothing_imports_tensorflow() -> None:
    modules = [reference.split(":")[0] for reference in PREPROCESSING.values()]
    code = f"import sys, {', '.join(modules)}; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_unknown_names_and_broken_files(tmp_path: Any) -> None:
    with pytest.raises(ValueError, match=r"No preprocessing named 'imge'. Did you mean 'image'"):
        preprocessing_from_config({"name": "imge"})
    path = tmp_path / "broken.json"
    path.write_text("{\n,", encoding="utf-8")
    with pytest.raises(ValueError, match=r"broken\.json:2: no valid JSON"):
        read_preprocessing(path)
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(ValueError, match=r"is a JSON object. Got list"):
        read_preprocessing(path)
