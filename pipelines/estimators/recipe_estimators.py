"""A recipe behind scikit-learn's interface: `fit`, `predict`, `predict_proba`, `score`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from pipelines.datasets.registry import entry
from pipelines.estimators.arrays import SUPPORTED, as_dataset, as_inputs
from pipelines.recipes.registry import load_recipe

if TYPE_CHECKING:
    from pipelines.recipes.recipe import Recipe


class _RecipeEstimator(BaseEstimator):
    """What both kinds share: a recipe, its hyperparameters, a share of rows to validate on."""

    def __init__(
        self,
        recipe: str | Recipe = "tabular",
        *,
        params: Mapping[str, Any] | None = None,
        validation: float = 0.1,
        random_state: Any = 0,
    ) -> None:
        self.recipe = recipe
        self.params = params
        self.validation = validation
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True  # tables: missing numbers are filled
        tags.input_tags.string = True
        tags.non_deterministic = False
        return tags

    def _train(
        self, x: Any, y: np.ndarray, classes: tuple[str, ...] | None, *, weights: Any = None
    ) -> None:
        check_consistent_length(x, y)
        from pipelines.serving.bundle import Bundle
        from pipelines.training.experiment import Experiment

        if not 0 < self.validation < 1:
            raise ValueError(
                "`0 < validation < 1` must hold: it is the share of rows that the training is "
                f"watched on. Got validation={self.validation!r}."
            )
        kind = "classification" if classes else "regression"
        task = self._recipe.task.format(task=kind)
        if not task.endswith(kind):
            raise ValueError(
                f"{type(self).__name__} takes a recipe for {kind}. Got {self._recipe.name!r}, "
                f"whose task is {task}."
            )
        seed = self._seed()
        dataset = as_dataset(
            self._modality,
            x,
            y,
            classes=classes,
            validation=self.validation,
            seed=seed,
            sample_weight=weights,
        )
        experiment = Experiment(self._recipe, dict(self.params or {}), dataset, seed=seed)
        model, self.history_ = experiment.train()
        self.bundle_ = Bundle(model, experiment.task.serving_config())

    def _seed(self) -> int:
        if isinstance(self.random_state, int | np.integer):
            return int(self.random_state)  # 0 is a seed, and the same integer the same training
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    @property
    def _recipe(self) -> Recipe:
        return load_recipe(self.recipe) if isinstance(self.recipe, str) else self.recipe

    @property
    def _modality(self) -> Any:
        modality = entry(self._recipe.dataset).modality
        if modality not in SUPPORTED:
            raise ValueError(
                f"An estimator takes a recipe on {', '.join(SUPPORTED)} data. Got "
                f"{self._recipe.name!r}, a recipe on {modality} data: train it with "
                "pipelines.train."
            )
        return modality

    def _inputs(self, x: Any, y: Any = "no_validation", *, reset: bool) -> Any:
        """Checks inputs as scikit-learn's estimators do; frames keep their columns and types."""
        modality = self._modality
        if modality == "text":
            return as_inputs(modality, x), y
        frame = hasattr(x, "columns")
        checked = validate_data(
            self,
            x,
            y,
            reset=reset,
            skip_check_array=frame,
            **({} if frame else _checks(modality, fitting=reset)),
        )
        x, y = checked if reset else (checked, y)
        return as_inputs(modality, x), y

    def _outputs(self, x: Any) -> np.ndarray:
        check_is_fitted(self)
        inputs, _ = self._inputs(x, reset=False)
        return self.bundle_.outputs(inputs)


def _checks(modality: str, *, fitting: bool) -> dict[str, Any]:
    shape = {"allow_nd": True, "ensure_2d": False} if modality == "image" else {}
    finite = "allow-nan" if modality == "tabular" else True
    return {**shape, "ensure_all_finite": finite, "ensure_min_samples": 2 if fitting else 1}


class RecipeClassifier(ClassifierMixin, _RecipeEstimator):
    """Trains a recipe for classification at each `fit`.

    It goes wherever scikit-learn takes a classifier: `VotingClassifier` (soft voting),
    `BaggingClassifier`, `StackingClassifier`, `GridSearchCV`, `cross_val_score`, and, as rows may
    have weights, `AdaBoostClassifier`.

    Args:
        recipe: Name of a recipe on tables, images or texts, or the `Recipe` itself; its own
            dataset is not loaded.
        params: Hyperparameters that replace the recipe's defaults, for example `{"epochs": 5}`.
        validation: Share of the rows that epochs are scored on, and that early stopping looks
            at, in (0, 1).
        random_state: Seed of the split, weights, dropout and data order; 0 is a seed. `None`
            or a generator draws another one at each `fit`.

    Attributes:
        classes_: Labels seen in `fit`, sorted.
        history_: One list per metric, one value per epoch.
        bundle_: The trained Keras model (`bundle_.model`) with its preprocessing.

    Raises:
        ValueError: In `fit`: if the recipe, a hyperparameter or the data does not fit.

    Example:
        >>> from sklearn.datasets import load_iris
        >>> x, y = load_iris(return_X_y=True)
        >>> plain = {"members": 1, "embedding": "none", "widths": (16,), "epochs": 1}
        >>> RecipeClassifier(params=plain).fit(x, y).predict_proba(x[:2]).shape
        (2, 3)
    """

    classes_: np.ndarray

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803 - theirs
        """Trains a new model.

        Args:
            X: Inputs `[samples, ...]`.
            y: Labels of any kind, `[samples]`.
            sample_weight: Weights of the rows, `[samples]`, at least 0: what a row counts in the
                loss. The rows that epochs are scored on count alike.
        """
        inputs, y = self._inputs(X, y, reset=True)
        labels = column_or_1d(y, warn=True)
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"A classifier needs at least two classes. Got 1 class: {self.classes_[0]}."
            )
        self._train(inputs, codes, tuple(map(str, self.classes_)), weights=sample_weight)
        return self

    def predict_proba(self, X: Any) -> np.ndarray:  # noqa: N803
        """Probabilities `float64[samples, classes]` in the order of `classes_`."""
        from pipelines.serving.outputs import class_logits

        return softmax(class_logits(self._outputs(X)).astype("float64"), axis=1)

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803
        """The likeliest label of each row, `[samples]`."""
        best = self.predict_proba(X).argmax(axis=1)
        return self.classes_[best]


class RecipeRegressor(RegressorMixin, _RecipeEstimator):
    """Trains a recipe on a table for regression at each `fit`.

    It goes wherever scikit-learn takes a regressor: `VotingRegressor`, `BaggingRegressor`,
    `GridSearchCV`, `cross_val_score`.

    Args:
        recipe: Name of a recipe on tables, or the `Recipe` itself; its own dataset is not loaded.
        params: Hyperparameters that replace the recipe's defaults.
        validation: As for `RecipeClassifier`.
        random_state: As for `RecipeClassifier`.

    Attributes:
        history_: One list per metric, one value per epoch.
        bundle_: The trained Keras model (`bundle_.model`) with its preprocessing.

    Raises:
        ValueError: In `fit`: if the recipe, a hyperparameter or the data does not fit.

    Example:
        >>> from sklearn.datasets import load_diabetes
        >>> x, y = load_diabetes(return_X_y=True)
        >>> plain = {"members": 1, "embedding": "none", "widths": (16,), "epochs": 1}
        >>> RecipeRegressor(params=plain).fit(x, y).predict(x[:2]).shape
        (2,)
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803
        """Trains a new model.

        Args:
            X: Rows `[samples, features]`.
            y: Numbers `[samples]`.
            sample_weight: As for `RecipeClassifier.fit`.
        """
        inputs, y = self._inputs(X, y, reset=True)
        numbers = column_or_1d(y, warn=True).astype("float64")
        self._train(inputs, numbers, None, weights=sample_weight)
        return self

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803
        """One number per row, in the unit of the target, `float64[samples]`."""
        from pipelines.serving.outputs import NumberOutput

        outputs, scale = self._outputs(X).astype("float64"), dict(self.bundle_.config["outputs"])
        scale.pop("kind")
        return NumberOutput(**scale).frame(outputs)["prediction"].to_numpy()
