"""The `cookbook` program: one module per command, heavy imports inside the commands."""

from pipelines._environment import prepare_libraries

prepare_libraries()
