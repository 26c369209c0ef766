"""One set of connections to a server for all that a process opens there."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.engine import Engine

from tuning.storage.connections import prepare_engine


@dataclass
class _Shared:
    engine: Engine
    users: int = 0


_lock = threading.RLock()  # a store may be collected, and let go, while another one is opened
# By process, as one that was forked must not use the sockets of its parent, and by URL.
_engines: dict[tuple[int, str], _Shared] = {}


def shared_engine(url: str, engine: Engine) -> tuple[Engine, Callable[[], None]]:
    """The engine of a URL in this process: a worker that serves many jobs needs few connections.

    Args:
        url: The store's URL, with its password.
        engine: A new engine of it, which is shared from now on if there is none yet.

    Returns:
        The engine, and what to call once when it is not needed any more; the last one that lets go
        of it closes its connections.

    Example:
        >>> from sqlalchemy import create_engine
        >>> url = "sqlite://"
        >>> first, release = shared_engine(url, create_engine(url))
        >>> second, _ = shared_engine(url, create_engine(url))
        >>> second is first
        True
    """
    key = os.getpid(), url
    with _lock:
        shared = _engines.setdefault(key, _Shared(engine))
        shared.users += 1
        if shared.engine is engine:
            prepare_engine(engine)
    return shared.engine, lambda: _release(key)


def _release(key: tuple[int, str]) -> None:
    if key[0] != os.getpid():  # a copy of the parent's memory: its connections are the parent's
        return
    with _lock:
        shared = _engines[key]
        shared.users -= 1
        if shared.users:
            return
        del _engines[key]
    shared.engine.dispose()
