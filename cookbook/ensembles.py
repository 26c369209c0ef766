"""Committees of classifiers: bagging and soft voting over Keras or scikit-learn models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import keras
import numpy as np


class Classifier(Protocol):
    """What a committee asks of a member; scikit-learn's classifiers satisfy it too.

    1. `fit(x, y)` trains on `y`, `[samples]`, of any labels, and returns the classifier.
    2. `classes_` then holds the labels seen, sorted.
    3. `predict_proba(x)` gives `float[samples, classes]` in the order of `classes_`, rows
       that sum to 1.
    4. `predict(x)` gives the likeliest label of each row.
    """

    classes_: np.ndarray

    def fit(self, x: Any, y: Any) -> Classifier:
        """Trains on all of the data."""

    def predict_proba(self, x: Any) -> np.ndarray:
        """Gives one row of probabilities per sample."""

    def predict(self, x: Any) -> np.ndarray:
        """Gives one label per sample."""


class KerasClassifier:
    """Trains a new Keras model at each `fit`, behind the interface of `Classifier`.

    Args:
        build: Makes a compiled model for a number of classes. The model returns one logit
            per class and its loss takes integer labels.
        seed: Seed of the start weights, the shuffling and the dropout; any integer >= 0.
        **fit_arguments: Arguments of `keras.Model.fit`, for example `epochs`.

    Attributes:
        classes_: Labels seen in `fit`, sorted.
        model_: The trained model.

    Example:
        >>> def build(num_classes):
        ...     model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(num_classes)])
        ...     model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        ...     return model
        >>> x, y = np.eye(2), np.array(["no", "yes"])
        >>> KerasClassifier(build, verbose=0).fit(x, y).predict_proba(x).shape
        (2, 2)
    """

    classes_: np.ndarray

    def __init__(
        self, build: Callable[[int], keras.Model], *, seed: int = 0, **fit_arguments: Any
    ) -> None:
        self.build, self.seed, self.fit_arguments = build, seed, fit_arguments

    def fit(self, x: Any, y: Any) -> KerasClassifier:
        """Trains a new model on features `[samples, ...]` and labels `[samples]`."""
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        keras.utils.set_random_seed(self.seed)
        self.model_ = self.build(len(self.classes_))
        outputs = self.model_.output_shape[-1]
        if outputs != len(self.classes_):
            raise ValueError(
                "The model must return one logit per class. "
                f"Got {outputs} outputs for {len(self.classes_)} classes: use the argument "
                "that `build` is called with."
            )
        self.model_.fit(np.asarray(x), codes, **self.fit_arguments)
        return self

    def predict_proba(self, x: Any) -> np.ndarray:
        """Gives the softmax of the logits, `float[samples, classes]`."""
        logits = self.model_.predict(np.asarray(x), verbose=0).astype("float64")
        shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
        return shifted / shifted.sum(axis=1, keepdims=True)

    def predict(self, x: Any) -> np.ndarray:
        """Gives the likeliest label of each row, `[samples]`."""
        return self.classes_[self.predict_proba(x).argmax(axis=1)]


class SoftVoting:
    """Averages the probabilities of different classifiers trained on the same data.

    `p(k | x) = sum_m w_m p_m(k | x) / sum_m w_m`.

    Args:
        members: The classifiers, at least one.
        weights: One non-negative weight per member, not all 0; equal by default.

    Attributes:
        classes_: Labels seen in `fit`, sorted.

    Raises:
        ValueError: If there is no member, or the weights do not fit.
    """

    classes_: np.ndarray

    def __init__(
        self, members: Sequence[Classifier], *, weights: Sequence[float] | None = None
    ) -> None:
        shares = np.ones(len(members)) if weights is None else np.asarray(weights, "float64")
        if not members or shares.shape != (len(members),) or (shares < 0).any() or not shares.any():
            raise ValueError(
                "A committee needs at least one member and one weight >= 0 per member, not "
                f"all 0. Got {len(members)} members, weights={weights}."
            )
        self.members, self.shares = list(members), shares / shares.sum()

    def fit(self, x: Any, y: Any) -> SoftVoting:
        """Trains every member on features `[samples, ...]` and labels `[samples]`."""
        self.classes_ = np.unique(np.asarray(y))
        for member in self.members:
            member.fit(x, y)
        return self

    def predict_proba(self, x: Any) -> np.ndarray:
        """Gives the weighted mean of the members' probabilities, `float[samples, classes]`."""
        return _vote(self.members, self.shares, self.classes_, x)

    def predict(self, x: Any) -> np.ndarray:
        """Gives the likeliest label of each row, `[samples]`."""
        return self.classes_[self.predict_proba(x).argmax(axis=1)]


class Bagging:
    """Trains copies of one classifier on bootstrap samples and averages them (Breiman 1996).

    Each member sees as many samples as there are, drawn with replacement: on average
    `1 - (1 - 1/n)^n`, about 63.2 percent, of the distinct ones. The average keeps the bias
    and lowers the variance, so it helps unstable members most. The samples a member has not
    seen test it for free (out of bag).

    Args:
        make_member: Makes an untrained classifier from a seed.
        members: Number of classifiers, at least 1.
        seed: Seed of the bootstrap samples; member seeds are derived from it.

    Attributes:
        classes_: Labels seen in `fit`, sorted.
        members_: The trained classifiers.
        samples_: `int[members, samples]`, the rows that each member saw.

    Raises:
        ValueError: If the number of members is below 1.
    """

    classes_: np.ndarray

    def __init__(
        self, make_member: Callable[[int], Classifier], *, members: int = 10, seed: int = 0
    ) -> None:
        if members < 1:
            raise ValueError(f"A committee needs at least one member. Got members={members}.")
        self.make_member, self.members, self.seed = make_member, members, seed

    def fit(self, x: Any, y: Any) -> Bagging:
        """Trains every member on its own sample of features `[samples, ...]` and labels."""
        x, y = np.asarray(x), np.asarray(y)
        self.classes_ = np.unique(y)
        seeds = np.random.SeedSequence(self.seed).generate_state(self.members)
        generator = np.random.default_rng(self.seed)
        self.samples_ = generator.integers(len(y), size=(self.members, len(y)))
        self.members_ = [
            self.make_member(int(seed)).fit(x[rows], y[rows])
            for seed, rows in zip(seeds, self.samples_, strict=True)
        ]
        return self

    def predict_proba(self, x: Any) -> np.ndarray:
        """Gives the mean of the members' probabilities, `float[samples, classes]`."""
        shares = np.full(self.members, 1 / self.members)
        return _vote(self.members_, shares, self.classes_, x)

    def predict(self, x: Any) -> np.ndarray:
        """Gives the likeliest label of each row, `[samples]`."""
        return self.classes_[self.predict_proba(x).argmax(axis=1)]

    def out_of_bag_proba(self, x: Any) -> np.ndarray:
        """Predicts each training sample by the members that have not seen it.

        Args:
            x: The features that `fit` was given, in the same order.

        Returns:
            `float[samples, classes]`; rows that every member has seen are NaN.
        """
        x = np.asarray(x)
        totals = np.zeros((len(x), len(self.classes_)))
        counts = np.zeros((len(x), 1))
        for member, rows in zip(self.members_, self.samples_, strict=True):
            unseen = np.setdiff1d(np.arange(len(x)), rows)
            if len(unseen):
                totals[unseen] += _vote([member], np.ones(1), self.classes_, x[unseen])
                counts[unseen] += 1
        return np.divide(totals, counts, out=np.full_like(totals, np.nan), where=counts > 0)


def _vote(
    members: Sequence[Classifier], shares: np.ndarray, classes: np.ndarray, x: Any
) -> np.ndarray:
    total: np.ndarray | None = None
    for member, share in zip(members, shares, strict=True):
        given = np.asarray(member.predict_proba(x))
        # A bootstrap sample may lack a class; its member gives that class no probability.
        aligned = np.zeros((len(given), len(classes)))
        aligned[:, np.searchsorted(classes, member.classes_)] = given
        total = share * aligned if total is None else total + share * aligned
    if total is None:
        raise ValueError("Nothing to vote: the committee has no trained members.")
    return total
