"""Imports of large libraries, a quarter faster, and the garbage collector afterwards."""

from __future__ import annotations

import atexit
import contextlib
import gc
import sys
from collections.abc import Iterator

# TensorFlow's objects are many, and a graph makes thousands: with Python's 700 a training of
# seconds looks through all of them several times, for a tenth of its time.
_ALLOCATIONS = 10_000


@contextlib.contextmanager
def without_collections() -> Iterator[None]:
    """Imports without garbage collections: they take a quarter of the time and find little.

    Where something is frozen already, as in a process of our own, so is what was imported: later
    collections do not walk through it. In a process of the user's that would hide objects from
    what looks for them. Where nothing new was imported nothing is frozen: garbage would stay.

    Example:
        >>> import gc
        >>> with without_collections():
        ...     import json
        >>> gc.isenabled()
        True
    """
    enabled, modules = gc.isenabled(), len(sys.modules)
    gc.disable()
    try:
        yield
    finally:
        if len(sys.modules) > modules and gc.get_freeze_count():
            gc.freeze()
        if enabled:
            gc.enable()


def keep_imports() -> None:
    """Says that this process is our own: what it imports stays to its end.

    Collections become rare, and walk neither through what is there by now nor through what is
    imported `without_collections`; nor does Python's last one, at the end of the process. To say it
    again changes nothing.
    """
    if gc.get_freeze_count():
        return
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, *gc.get_threshold()[1:])
    atexit.register(gc.freeze)
