"""Recipes as scikit-learn estimators, for its ensembles, searches and cross-validation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cookbook._lazy import lazy_names

if TYPE_CHECKING:
    from pipelines.estimators.recipe_estimators import RecipeClassifier as RecipeClassifier
    from pipelines.estimators.recipe_estimators import RecipeRegressor as RecipeRegressor

__getattr__, __dir__ = lazy_names(
    __name__, {"recipe_estimators": ["RecipeClassifier", "RecipeRegressor"]}
)
__all__ = __dir__()
