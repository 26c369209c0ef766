"""Imports without garbage collections."""

from __future__ import annotations

import gc

import pytest

from tuning.imports import without_collections


def test_collections_rest_and_go_on() -> None:
    with without_collections():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_they_go_on_after_an_import_that_fails() -> None:
    with pytest.raises(ModuleNotFoundError), without_collections():
        import no_such_module  # type: ignore[import-not-found]  # noqa: F401
    assert gc.isenabled()


def test_where_they_rested_before_they_rest_on() -> None:
    gc.disable()
    try:
        with without_collections():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
