"""What a saved model needs to take raw input: preprocessing and outputs as JSON, no pickles."""

from pipelines._environment import prepare_libraries

prepare_libraries()
