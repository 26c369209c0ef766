"""Processes end with the test that started them."""

from __future__ import annotations

import pytest

from tests.service.support import end_processes


@pytest.fixture(autouse=True)
def no_process_outlives_its_test():
    yield
    end_processes()
