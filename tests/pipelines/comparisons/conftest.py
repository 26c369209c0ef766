"""What the tests of comparisons share."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="package")
def root(tmp_path_factory):
    """One folder for all comparisons: a new MLflow database takes seconds."""
    return tmp_path_factory.mktemp("comparisons")
