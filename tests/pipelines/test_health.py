"""What `cookbook doctor` shows holds no password, whatever was found."""

from __future__ import annotations

import pytest

from pipelines.health import check_stores

ADDRESSES = [
    ("tracking_uri", "http://user:sec/ret@127.0.0.1:9"),
    ("tracking_uri", "http://127.0.0.1:9/?token=secret"),
    ("tracking_uri", "databricks://user:secret@profile"),
    ("storage", "postgresql+nothing://me:secret@db/x"),
    ("storage", "host=db user=me password=secret"),
]


@pytest.mark.parametrize(("option", "address"), ADDRESSES)
def test_no_password_is_shown(tmp_path, option, address):
    given = {"storage": None, "tracking_uri": None, option: address}
    shown = " ".join(f"{c.found} {c.advice}" for c in check_stores(tmp_path, **given))
    assert "secret" not in shown
    assert "ret@" not in shown
    assert len(shown) > 40


def test_an_error_of_the_program_shows_none(program):
    ended = program("status", "--storage", "nodriver://me:secret@db/x", check=False)
    assert ended.code != 0
    assert "secret" not in ended.err
