"""Hyperparameters of training: their names, their checks, and what they build."""

from pipelines._environment import prepare_libraries

prepare_libraries()
