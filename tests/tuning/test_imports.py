"""Imports without garbage collections."""

from __future__ import annotations

import gc
import subprocess
import sys

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


@pytest.mark.parametrize(
    ("call", "frozen"), [("", False), ("tuning.imports.keep_imports()", True)], ids=["user", "own"]
)
def test_only_a_process_of_our_own_freezes_what_it_imports(call: str, frozen: bool) -> None:
    script = f"""
import gc
import tuning.imports
{call}
before = gc.get_freeze_count()
with tuning.imports.without_collections():
    import email.mime.multipart
after = gc.get_freeze_count()
print(after > before, gc.get_threshold()[0] > 5000)
live = [[] for _ in range(100)]
with tuning.imports.without_collections():
    import email.mime.multipart
{call}
print(gc.get_freeze_count() > after)
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.split() == [str(frozen), str(frozen), "False"]
