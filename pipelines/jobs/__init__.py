"""Tuning jobs: a YAML file, a call or a command becomes a search, a refit, one test, one report."""

from pipelines._environment import prepare_libraries

prepare_libraries()
