"""Numbers in jobs and on the command line are those that people write."""

from __future__ import annotations

import pytest

from pipelines.cli.options import parse_value
from pipelines.jobs.yaml_lines import Document

WRITTEN = {
    "1e-4": 1e-4,
    "-1e-4": -1e-4,
    "1E5": 1e5,
    ".5e-3": 0.5e-3,
    "1.e3": 1e3,
    "2.5e+2": 250.0,
    "1.0e-4": 1e-4,
    "1_000e3": 1e6,
    "1e": "1e",
    "e4": "e4",
    "1e-4 s": "1e-4 s",
    "'1e-4'": "1e-4",
}


@pytest.mark.parametrize("text", WRITTEN)
def test_a_job_and_the_command_line_read_alike(text):
    expected = WRITTEN[text]
    found = Document(f"value: [{text}]", "job.yaml").content["value"][0]
    alone, listed = parse_value(text), parse_value(f"[{text}]")[0]
    for value in (found, alone, listed):
        assert value == expected
        assert type(value) is type(expected)
