"""The digest of a build function: other code is another digest, other writing is not."""

from __future__ import annotations

import functools
import os
import subprocess
import sys

import pytest

from pipelines.jobs.keras_tuner.code import code_digest

SOURCE = '''
WIDTH = 8
KINDS = {"relu", "tanh", "elu"}
TRIALS = 4

def layer(units, scale=2):
    """Makes a layer."""
    return ("dense", units * scale)

class Base:
    def fit(self, hp):
        return WIDTH

class Hyper(Base):
    size = 3
    def __init__(self, classes):
        self.classes = classes
    def build(self, hp):
        return layer(hp.Int("units", 1, self.size))

def make(depth):
    def inner(hp):
        # How deep it is.
        return [layer(hp.Int("units", 1, 4)) for _ in range(depth)]
    return inner

def build(hp):
    """Builds."""
    return layer(WIDTH) if hp.Choice("kind", ["relu"]) in {"relu", "tanh", "elu"} else KINDS
'''


def digest(of, *changes):
    source = SOURCE
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    namespace = {"__name__": "own_code"}
    exec(compile(source, "own_code.py", "exec"), namespace)  # noqa: S102 - the text is above
    return code_digest(eval(of, namespace))  # noqa: S307


WRITING = [
    ('"""Builds."""', '"""Builds a model,\n    from parameters."""'),
    ('"""Makes a layer."""', ""),
    ("# How deep it is.", "# Other words."),
    ("TRIALS = 4", "TRIALS = 8\n\n\n"),
]
CODE = {
    "build": [
        ("WIDTH = 8", "WIDTH = 9"),
        ("units * scale", "units + scale"),
        ("scale=2", "scale=3"),
        ('["relu"]', '["tanh"]'),
        ('KINDS = {"relu"', 'KINDS = {"elu6"'),
    ],
    "make(2)": [("units * scale", "units + scale"), ("1, 4)", "1, 5)")],
    "Hyper(2)": [
        ("size = 3", "size = 4"),
        ("WIDTH = 8", "WIDTH = 9"),  # by way of the base's fit
        ("units * scale", "units + scale"),
        ("self.size))", "self.size + 1))"),
    ],
}


@pytest.mark.parametrize("of", CODE)
def test_writing_does_not_count(of):
    assert {digest(of, change) for change in WRITING} == {digest(of)}


@pytest.mark.parametrize(
    ("of", "change"), [(of, change) for of, changes in CODE.items() for change in changes]
)
def test_code_counts_with_the_functions_and_constants_it_uses(of, change):
    assert digest(of, change) != digest(of)


def test_what_it_is_made_with_counts():
    assert digest("make(2)") != digest("make(3)")
    assert digest("Hyper(2)") != digest("Hyper(3)")

    def build(hp, width):
        return hp.Int("units", 1, width)

    parts = [functools.partial(build, width=width) for width in (2, 2, 3)]
    first, same, other = map(code_digest, parts)
    assert first == same != other


def test_every_process_has_the_same_digest():
    program = (
        "from tests.pipelines.jobs.keras_tuner.test_code import digest\nprint(digest('build'))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert found == {digest("build")}
