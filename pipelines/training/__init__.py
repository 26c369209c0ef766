"""Training: one compiled loop per epoch, options, objectives and single runs."""

from pipelines._environment import prepare_libraries

prepare_libraries()
