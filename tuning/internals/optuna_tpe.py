"""Optuna's tree-structured Parzen estimator at the cost of the trials that are new.

Optuna works two things out of all trials again for each suggestion: which parameters they share,
and their values as numbers. Here each trial is looked at once. The points are Optuna's; a test
compares them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import TPESampler
from optuna.trial import FrozenTrial, TrialState
from typing_extensions import override

from tuning.internals import PrivateName, require
from tuning.internals.known_rows import KnownRows
from tuning.internals.optuna_parzen import QuickParzenEstimator

_OWNER = "optuna.samplers:TPESampler"
_USER = "tuning.internals.optuna_tpe"


def _name(name: str, *parameters: str, owner: str = _OWNER) -> PrivateName:
    return PrivateName(
        package="optuna", owner=owner, name=name, user=_USER, parameters=parameters or None
    )


PRIVATE_NAMES = (
    _name("_sample_relative", "self", "study", "trial", "search_space"),
    _name("_get_internal_repr", "self", "trials", "search_space", "study"),
    _name("_group", owner=f"{_OWNER}()"),
    _name("_parzen_estimator_cls", owner=f"{_OWNER}()"),
    _name("_search_space_group", owner=f"{_OWNER}()"),
)
require(PRIVATE_NAMES)


class KnownNumbers:
    """The parameters of trials as the numbers that samplers calculate with.

    Args:
        distributions: Distribution of every parameter that a trial may have.
    """

    def __init__(self, distributions: Mapping[str, BaseDistribution]) -> None:
        self._columns = {name: index for index, name in enumerate(distributions)}
        self._distributions = distributions
        self._rows = KnownRows(self._row, len(distributions))

    def columns(self, trials: Sequence[FrozenTrial], names: Sequence[str]) -> np.ndarray:
        """Numbers of the trials that have all of some parameters.

        Args:
            trials: Trials of one study.
            names: The parameters.

        Returns:
            `float[n, parameters]`, without the trials that lack one of them.
        """
        table = self._rows.of(trials)
        chosen = table[:, [self._columns[name] for name in names]]
        return np.asarray(chosen[~np.isnan(chosen).any(axis=1)])

    def _row(self, params: Mapping[str, Any]) -> np.ndarray:
        row = np.full(len(self._columns), np.nan)
        for name, value in params.items():
            if name in self._columns:
                row[self._columns[name]] = self._distributions[name].to_internal_repr(value)
        return row


class QuickTpe(TPESampler):
    """Multivariate TPE with constant liar.

    It writes nothing to the store: whoever asks writes the whole point at once.

    Args:
        numbers: Kept from one suggestion to the next.
        conditional: Whether parameters under the same conditions are modelled together.
        options: Further arguments of Optuna's sampler.
    """

    def __init__(self, numbers: KnownNumbers, *, conditional: bool, **options: Any) -> None:
        # `group` has been marked experimental since 2.8 and is Optuna's way for conditions.
        super().__init__(multivariate=True, group=conditional, constant_liar=True, **options)
        self._numbers = numbers
        self._parzen_estimator_cls = QuickParzenEstimator

    @override
    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        one_of_each: Any = _OneOfEach(study)
        return super().infer_relative_search_space(one_of_each, trial)

    @override
    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        if not self._group or self._search_space_group is None:
            return self._sample_relative(study, trial, search_space)
        found: dict[str, Any] = {}
        for group in self._search_space_group.search_spaces:
            # Sorted, as sets of texts have another order in each process.
            names = [name for name in sorted(group) if name in search_space]
            part = {name: group[name] for name in names if not group[name].single()}
            found |= self._sample_relative(study, trial, part)
        return found

    @override
    def _get_internal_repr(
        self,
        trials: list[FrozenTrial],
        search_space: dict[str, BaseDistribution],
        study: optuna.Study,
    ) -> dict[str, np.ndarray]:
        names = list(search_space)
        return dict(zip(names, self._numbers.columns(trials, names).T, strict=True))


class _OneOfEach:
    """A study that tells one trial for each set of parameters: more say nothing of its space.

    All trials of a study have the same distribution for a parameter, so that what their spaces
    share, and which parameters come together, is decided by the sets of names alone.

    Args:
        study: The study.
    """

    def __init__(self, study: optuna.Study) -> None:
        self._study_id = study._study_id
        self._study = study

    def _get_trials(self, **asked: Any) -> list[FrozenTrial]:
        known: set[tuple[TrialState, int]] = set()
        found = []
        for trial in self._study._get_trials(**asked):
            # Trials with the same parameters share one object; where not, one more is told.
            kind = (trial.state, id(trial.distributions))
            if kind not in known:
                known.add(kind)
                found.append(trial)
        return found
