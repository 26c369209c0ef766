"""What the tests of comparisons share."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="package")
def root(tmp_path_factory, put_mlflow):
    """One folder for all comparisons."""
    return put_mlflow(tmp_path_factory.mktemp("comparisons"))
