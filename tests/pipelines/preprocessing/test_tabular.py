"""Tables: closed forms of every statistic, new rows, errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipelines.preprocessing import NotFittedError, TabularPreprocessor
from pipelines.preprocessing.columns import NumericOptions
from pipelines.preprocessing.frames import numbers_of
from pipelines.preprocessing.outliers import find_outliers
from pipelines.preprocessing.power import POWERS, apply_power, fit_power

RNG = np.random.default_rng(11)
VALUES = RNG.lognormal(size=200)


def frame(values: np.ndarray = VALUES) -> pd.DataFrame:
    return pd.DataFrame({"x": values})


SCALED = {
    "standard": lambda v: (v - v.mean()) / v.std(),
    "minmax": lambda v: (v - v.min()) / (v.max() - v.min()),
    "robust": lambda v: (v - np.median(v)) / (np.quantile(v, 0.75) - np.quantile(v, 0.25)),
    "none": lambda v: v,
}


@pytest.mark.parametrize("scaling", SCALED)
def test_scaling(scaling: str) -> None:
    fitted = TabularPreprocessor(options=NumericOptions(scaling=scaling))
    transformed = fitted.fit_transform(frame())[:, 0]
    np.testing.assert_allclose(transformed, SCALED[scaling](VALUES), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("imputation", "expected"), [("median", 2.0), ("mean", 3.0), ("zero", 0.0)]
)
def test_imputation(imputation: str, expected: float) -> None:
    options = NumericOptions(imputation=imputation, scaling="none")
    fitted = TabularPreprocessor(options=options).fit(frame(np.array([1.0, 2.0, 6.0, np.nan])))
    assert fitted.feature_names == ["x", "x is missing"]
    assert fitted.transform([{"x": None}, {"x": 5}]).tolist() == [[expected, 1.0], [5.0, 0.0]]


POWERED = {
    "none": lambda v: v,
    "log": np.log1p,
    "sqrt": np.sqrt,
    "box-cox": lambda v: stats.boxcox(v)[0],
    "yeo-johnson": lambda v: stats.yeojohnson(v)[0],
    "quantile-normal": lambda v: stats.norm.ppf(
        np.interp(v, np.quantile(v, np.arange(10) / 9), np.linspace(0.5, len(v) - 0.5, 10) / len(v))
    ),
}


def test_every_transformation_has_a_closed_form() -> None:
    assert set(POWERED) == set(POWERS)


@pytest.mark.parametrize("kind", POWERS)
def test_transformations(kind: str) -> None:
    fitted = fit_power(kind, VALUES, column="x")
    np.testing.assert_allclose(apply_power(fitted, VALUES), POWERED[kind](VALUES), rtol=1e-9)
    new = apply_power(fitted, np.array([-1e3, -1.0, 0.0, 1e3, np.nan]))
    assert np.isfinite(new[:4]).all()
    assert np.isnan(new[4])
    assert (np.diff(new[:4]) >= 0).all()


def test_yeo_johnson_below_zero_is_the_definition() -> None:
    values = np.array([-3.0, -0.5, 0.0, 0.5, 4.0])
    for exponent in (0.0, 0.7, 2.0):
        applied = apply_power({"kind": "yeo-johnson", "lambda": exponent}, values)
        np.testing.assert_allclose(applied, stats.yeojohnson(values, exponent), rtol=1e-12)


def test_a_value_of_many_rows_gets_the_middle_of_their_ranks() -> None:
    values = np.repeat([0.0, 1.0], [7, 3])
    ranks = stats.norm.cdf(apply_power(fit_power("quantile-normal", values, column="x"), values))
    np.testing.assert_allclose(ranks[0], (0.05 + 0.65) / 2)
    np.testing.assert_allclose(ranks[-1], (0.85 + 0.95) / 2, atol=0.06)


def test_log_shifts_negative_columns() -> None:
    fitted = fit_power("log", np.array([-3.0, 5.0]), column="x")
    np.testing.assert_allclose(apply_power(fitted, np.array([-3.0, 5.0])), [0.0, np.log(9.0)])


@pytest.mark.parametrize("method", ["z-score", "iqr", "isolation-forest"])
def test_outliers_are_winsorized_in_new_rows_too(method: str) -> None:
    values = np.append(RNG.normal(size=99), 50.0)
    limit = 0.02 if method == "isolation-forest" else None
    options = NumericOptions(scaling="none")
    fitted = TabularPreprocessor(options=options, outliers=method, outlier_limit=limit)
    highest = fitted.fit_transform(frame(values)).max()
    inside, _, high = find_outliers(values[:, None], method, limit or {"iqr": 1.5}.get(method, 3.0))
    assert not inside[-1]
    assert highest == pytest.approx(high[0], rel=1e-6)
    assert highest < 50
    assert fitted.transform(frame(np.array([1e6])))[0, 0] == pytest.approx(highest)
    assert fitted.kept_rows.all()


def test_z_score_bounds() -> None:
    _, low, high = find_outliers(VALUES[:, None], "z-score", 2.0)
    np.testing.assert_allclose(
        [low[0], high[0]], VALUES.mean() + VALUES.std() * np.array([-2.0, 2.0])
    )


def test_removed_rows_enter_no_statistic_and_new_rows_stay() -> None:
    values = np.append(np.arange(20.0), 1e6)
    fitted = TabularPreprocessor(outliers="iqr", outlier_action="remove").fit(frame(values))
    assert fitted.kept_rows.tolist() == [True] * 20 + [False]
    clean = TabularPreprocessor().fit(frame(values[:20]))
    np.testing.assert_array_equal(fitted.transform(frame(values)), clean.transform(frame(values)))
    with pytest.raises(NotFittedError, match="Only the object whose fit"):
        _ = TabularPreprocessor.from_config(fitted.to_config()).kept_rows


def test_categories_codes_and_unknown() -> None:
    rows = pd.DataFrame({"c": ["b", "a", "b", None], "n": [1.0, 2.0, 3.0, 4.0]})
    codes = TabularPreprocessor(encoding="codes").fit(rows)
    assert codes.cardinalities == {"c": 4}
    new = codes.transform([{"c": v, "n": 0} for v in ("a", "b", None, "new")])
    assert new["c"].tolist() == [1, 2, 3, 0]
    assert new["numeric"].shape == (4, 1)
    hot = TabularPreprocessor(min_frequency=2).fit(rows)
    assert hot.feature_names == ["n", "c=b"]
    assert hot.transform(rows)[:, 1].tolist() == [1.0, 0.0, 1.0, 0.0]


def test_whole_numbers_with_gaps_are_the_same_categories() -> None:
    train = pd.DataFrame({"code": [1, 2, 1]})
    fitted = TabularPreprocessor(categorical=["code"], encoding="codes").fit(train)
    with_gap = pd.DataFrame({"code": [1.0, np.nan, 2.0]})
    assert fitted.transform(with_gap)["code"].tolist() == [1, 0, 2]


def test_rows_come_in_any_form() -> None:
    rows = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 5.0]})
    fitted = TabularPreprocessor().fit(rows)
    expected = fitted.transform(rows)
    for form in (rows[["b", "a"]], rows.to_dict("records"), rows.to_dict("list"), rows.to_numpy()):
        np.testing.assert_array_equal(fitted.transform(form), expected)
    array = TabularPreprocessor().fit(rows.to_numpy())
    assert array.columns == ["0", "1"]


def test_constant_columns() -> None:
    rows = pd.DataFrame({"same": [1, 1], "gone": [None, None], "x": [1, 2], "text": ["a", "a"]})
    with pytest.raises(ValueError, match="Constant or empty: same, gone, text"):
        TabularPreprocessor().fit(rows.astype({"gone": float}))
    fitted = TabularPreprocessor(drop_constant=True).fit(rows.astype({"gone": float}))
    assert fitted.dropped == ("same", "gone", "text")
    assert fitted.columns == ["x"]
    with pytest.raises(ValueError, match=r"needs a column that varies, .* Got none in: same\."):
        TabularPreprocessor(drop_constant=True).fit(rows[["same"]])
    with pytest.raises(ValueError, match="needs a column that varies"):
        dates = pd.DataFrame({"day": pd.to_datetime(["2026-01-01", "2026-01-01"])})
        TabularPreprocessor(drop_constant=True).fit(dates)


@pytest.mark.parametrize("others", [{}, {"same": [1, 1, 1]}], ids=["alone", "beside a constant"])
def test_free_text_may_be_all_that_varies(others: dict[str, list[int]]) -> None:
    rows = pd.DataFrame({"note": ["paid late", "paid again", "never paid late"], **others})
    fitted = TabularPreprocessor(texts=["note"], drop_constant=True).fit(rows)
    assert fitted.feature_names == ["note: late", "note: paid", "note: paid late"]
    assert fitted.transform(rows)[:, 0].astype(bool).tolist() == [True, False, True]
    with pytest.raises(ValueError, match=r"a word that two rows share\. Got none in: .*note\."):
        fitted.fit(rows.assign(note=["one", "two", "three"]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"encoding": "onehot"}, "No encoding named 'onehot'. Did you mean 'one-hot'"),
        ({"outliers": "zscore"}, "No outlier method named 'zscore'. Did you mean 'z-score'"),
        ({"outlier_action": "removed"}, "Did you mean 'remove'"),
        ({"outliers": "iqr", "outlier_limit": 0}, "`outlier_limit > 0` must hold"),
        ({"outliers": "isolation-forest", "outlier_limit": 3}, r"in \(0, 0.5\]"),
        ({"power": "boxcox"}, "Did you mean 'box-cox'"),
        ({"scaling": "std"}, "No scaling named 'std'"),
        ({"imputation": "avg"}, "No imputation named 'avg'"),
    ],
)
def test_unknown_options(options: dict, message: str) -> None:
    options = dict(options)
    names = options.keys() & {"power", "scaling", "imputation"}
    numeric = {name: options.pop(name) for name in names}
    with pytest.raises(ValueError, match=message):
        TabularPreprocessor(options=NumericOptions(**numeric), **options)


def test_a_value_that_many_rows_share_does_not_push_the_others_to_the_end() -> None:
    """90 % zeros count as a sixteenth of the rows, beside the other tenth: 5 of 13 ranks."""
    values = np.concatenate([np.zeros(1440), RNG.permutation(np.arange(1.0, 161.0))])
    found = stats.norm.cdf(apply_power(fit_power("quantile-normal", values, column="x"), values))
    assert found[:1440] == pytest.approx(np.full(1440, 100 / 260 / 2), abs=0.01)
    others = (100 + values[1440:]) / 260
    assert found[1440:] == pytest.approx(others, abs=0.02)


def test_errors_name_column_and_row() -> None:
    fitted = TabularPreprocessor().fit(frame())
    with pytest.raises(ValueError, match="Row 1 holds 'many'"):
        fitted.transform([{"x": 1}, {"x": "many"}])
    with pytest.raises(ValueError, match="Row 0 is infinite"):
        fitted.transform([{"x": np.inf}])
    with pytest.raises(ValueError, match=r"No column named 'x'. Did you mean 'xs'"):
        fitted.transform([{"xs": 1.0}])
    with pytest.raises(ValueError, match=r"Add it; where a value is not known its cell may be emp"):
        fitted.transform([{"xs": 1.0}])
    assert np.isfinite(fitted.transform([{"x": None}])).all()  # as the message says
    with pytest.raises(ValueError, match=r"\[rows, 1\].*\(1, 2\)"):
        fitted.transform(np.zeros((1, 2)))
    with pytest.raises(ValueError, match="at least one row"):
        TabularPreprocessor().fit(frame(VALUES[:0]))
    with pytest.raises(ValueError, match="at least one input column"):
        TabularPreprocessor().fit(pd.DataFrame(index=[0, 1]))
    with pytest.raises(ValueError, match="Numeric and categorical: x"):
        TabularPreprocessor(numeric=["x"], categorical=["x"]).fit(frame())
    with pytest.raises(ValueError, match="Column 'x' goes down to -1: use yeo-johnson"):
        TabularPreprocessor(options=NumericOptions(power="box-cox")).fit(
            frame(np.array([-1.0, 2.0]))
        )


def test_only_the_rows_that_hold_no_number_are_counted() -> None:
    column = pd.Series(["red", "1,000", "12%", None, "blue"], name="x", dtype=object)
    with pytest.raises(ValueError, match=r"Row 0 holds 'red' \(2 such rows\)"):
        numbers_of(column)
