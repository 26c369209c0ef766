"""Values of options: YAML, or the text as it stands."""

from __future__ import annotations

import click
import pytest

from pipelines.cli.options import parse_settings

VALUES = {
    ",": ",",
    "|": "|",
    ";": ";",
    "#": "#",
    "||": "||",
    "#note": "#note",
    "a: b: c": "a: b: c",
    "": "",
    "null": None,
    "~": None,
    "3": 3,
    "1e-3": 0.001,
    "true": True,
    "latin-1": "latin-1",
    "[1, 2]": (1, 2),
    "{zip: categorical}": {"zip": "categorical"},
    '","': ",",
}


@pytest.mark.parametrize(("text", "value"), VALUES.items())
def test_what_yaml_cannot_read_is_a_text(text, value):
    assert parse_settings([f"option={text}"]) == {"option": value}


@pytest.mark.parametrize("text", ["[8, 16", "{a: b", '"open'])
def test_what_begins_as_yaml_must_end_so(text):
    with pytest.raises(
        click.UsageError, match=r"^--data-option columns: a list, mapping or quoted"
    ):
        parse_settings([f"columns={text}"], flag="--data-option", example="missing=drop")


def test_the_message_names_the_option_that_was_given():
    with pytest.raises(click.UsageError, match=r"^--data-option takes KEY=VALUE\. Got 'foo'"):
        parse_settings(["foo"], flag="--data-option", example="missing=drop")
