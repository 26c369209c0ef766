"""Targets: there and back."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.preprocessing import TargetEncoder


def test_classes_there_and_back() -> None:
    encoder = TargetEncoder().fit(np.array(["cat", "dog", "cat", "ant"]))
    assert encoder.classes == ("ant", "cat", "dog")
    assert encoder.inverse(encoder.transform(["dog", "ant"])) == ["dog", "ant"]
    assert encoder.inverse([[0.1, 0.2, 0.7], [5.0, 1.0, 1.0]]) == ["dog", "ant"]


def test_numbers_with_gaps_elsewhere_are_the_same_classes() -> None:
    encoder = TargetEncoder().fit(np.array([3, 5, 3]))
    assert encoder.transform(np.array([5.0, 3.0])).tolist() == [1, 0]


def test_standardized_there_and_back() -> None:
    values = np.array([1.0, 2.0, 6.0])
    encoder = TargetEncoder("standardized").fit(values)
    scaled = encoder.transform(values)
    np.testing.assert_allclose(scaled, (values - 3.0) / values.std(), rtol=1e-6)
    np.testing.assert_allclose(encoder.inverse(scaled), values, rtol=1e-6)
    assert encoder.deviation == values.std()


def test_errors() -> None:
    encoder = TargetEncoder().fit(["spam", "ham"])
    with pytest.raises(ValueError, match=r"Target 1: No class named 'span'. Did you mean 'spam'"):
        encoder.transform(["ham", "span"])
    with pytest.raises(ValueError, match="At least two classes"):
        TargetEncoder().fit(["a", "a"])
    with pytest.raises(ValueError, match="Every target must have a value"):
        TargetEncoder().fit([1.0, float("nan")])
    with pytest.raises(ValueError, match="Every target must have a value"):
        TargetEncoder().fit(np.array(["a", None], object))
    with pytest.raises(ValueError, match="1 of 2 are missing or infinite, the first at position 1"):
        TargetEncoder("plain").fit([1.0, float("nan")])
    with pytest.raises(ValueError, match="nothing to predict"):
        TargetEncoder("standardized").fit([0.1, 0.1, 0.1])
    with pytest.raises(ValueError, match="targets are numbers"):
        TargetEncoder("plain").fit(["a", "b"])
    with pytest.raises(ValueError, match="Did you mean 'classes'"):
        TargetEncoder("class")


SKEWED = np.exp(np.random.default_rng(0).normal(size=300) * 1.5)


@pytest.mark.parametrize("transform", ["log", "sqrt", "box-cox", "yeo-johnson"])
def test_a_transformation_is_undone_and_never_leaves_the_training_targets_far_behind(transform):
    encoder = TargetEncoder("standardized", transform=transform).fit(SKEWED)
    encoded = encoder.transform(SKEWED)
    assert abs(encoded.mean()) < 1e-4 and encoded.std() == pytest.approx(1, abs=1e-4)
    assert encoder.inverse(encoded) == pytest.approx(SKEWED, rel=1e-4)
    ends = encoder.inverse([-1e3, 1e3])
    width = SKEWED.max() - SKEWED.min()
    assert np.isfinite(ends).all()
    assert SKEWED.min() - width / 2 <= ends[0] <= SKEWED.min() + 1e-9
    assert ends[1] == pytest.approx(SKEWED.max() + width / 2)


def test_outliers_among_training_targets_are_capped():
    values = np.append(np.arange(20.0), 1e6)
    encoder = TargetEncoder("standardized", outliers="iqr").fit(values)
    first, third = np.quantile(values, (0.25, 0.75))
    assert encoder.capped(values)[-1] == third + 1.5 * (third - first)
    assert encoder.capped(values)[:20].tolist() == values[:20].tolist()
    assert encoder.inverse(encoder.transform([1e6])) == pytest.approx([1e6])


def test_unknown_shapes_are_refused():
    with pytest.raises(ValueError, match=r"No target_transform named 'lgo'. Did you mean 'log'"):
        TargetEncoder("standardized", transform="lgo")
    with pytest.raises(ValueError, match=r"No target_outliers named 'iqrs'. Did you mean 'iqr'"):
        TargetEncoder("standardized", outliers="iqrs")
    with pytest.raises(ValueError, match="Box-Cox needs positive values"):
        TargetEncoder("standardized", transform="box-cox").fit([-1.0, 1.0, 2.0])
