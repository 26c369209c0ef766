"""Optuna's own samplers, each made fresh and seeded for one trial."""

from __future__ import annotations

import warnings

import optuna
from optuna.exceptions import ExperimentalWarning

from tuning.strategies import Request
from tuning.strategies.distributions import distributions_of


def random(request: Request) -> optuna.samplers.BaseSampler:
    """Independent random points."""
    return optuna.samplers.RandomSampler(seed=request.seed)


def quasi_random(request: Request) -> optuna.samplers.BaseSampler:
    """A scrambled Sobol or Halton sequence; parameters under a condition are drawn at random."""
    sequence = request.options.get("sequence", "sobol")
    with warnings.catch_warnings():
        # Marked experimental since 3.0 and unchanged in what is used here.
        warnings.simplefilter("ignore", ExperimentalWarning)
        return optuna.samplers.QMCSampler(
            qmc_type=sequence,
            scramble=True,
            seed=request.job_seed % 2**31,  # one sequence for all trials
            independent_sampler=optuna.samplers.RandomSampler(seed=request.seed),
            warn_independent_sampling=False,
        )


def tpe(request: Request) -> optuna.samplers.BaseSampler:
    """Multivariate TPE; parameters under the same conditions are modelled together."""
    # Its densities need scipy, whose import no other strategy here has to wait for.
    from tuning.internals.optuna_tpe import KnownNumbers, QuickTpe

    if "numbers" not in request.memory:
        request.memory["numbers"] = KnownNumbers(distributions_of(request.space))
    with warnings.catch_warnings():
        # `group` has been marked experimental since 2.8 and is Optuna's way for conditions.
        warnings.simplefilter("ignore", ExperimentalWarning)
        return QuickTpe(
            request.memory["numbers"],
            conditional=request.space.conditional,
            seed=request.seed,
            n_startup_trials=request.options.get("startup", 10),
            n_ei_candidates=request.options.get("candidates", 24),
        )


def genetic(request: Request) -> optuna.samplers.BaseSampler:
    """NSGA-II, or NSGA-III, whose population fits the number of trials."""
    algorithm = request.options.get("algorithm", "nsga2")
    makers = {"nsga2": optuna.samplers.NSGAIISampler, "nsga3": optuna.samplers.NSGAIIISampler}
    population = request.options.get("population") or _population(request.trials)
    sampler: optuna.samplers.BaseSampler = makers[algorithm](
        population_size=population, seed=request.seed
    )
    return sampler


def _population(trials: int | None) -> int:
    """About five generations, between 4 and Optuna's default of 50 points."""
    return 50 if trials is None else min(50, max(4, trials // 5))


def cmaes(request: Request) -> optuna.samplers.BaseSampler:
    """CMA-ES over the numbers; choices and conditions are drawn at random, as Optuna does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        return optuna.samplers.CmaEsSampler(
            seed=request.seed,
            n_startup_trials=request.options.get("startup", 1),
            popsize=request.options.get("population"),
            sigma0=request.options.get("sigma"),
            independent_sampler=optuna.samplers.RandomSampler(seed=request.seed),
            warn_independent_sampling=False,
        )


def gaussian_process(request: Request) -> optuna.samplers.BaseSampler:
    """Optuna's Gaussian process with logarithmic expected improvement."""
    return optuna.samplers.GPSampler(
        seed=request.seed,
        n_startup_trials=request.options.get("startup", 10),
        independent_sampler=optuna.samplers.RandomSampler(seed=request.seed),
    )
