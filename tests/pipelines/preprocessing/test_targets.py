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
