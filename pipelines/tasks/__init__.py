"""Tasks: what classification, regression, language modelling and translation need."""

from pipelines._environment import prepare_libraries

prepare_libraries()
