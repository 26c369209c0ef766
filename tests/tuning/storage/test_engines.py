"""A process has one engine for each server, closed with the last store that uses it."""

from __future__ import annotations

from sqlalchemy import create_engine, event

from tuning.storage.engines import shared_engine

URL = "sqlite://"


def test_the_last_store_closes_the_connections() -> None:
    first = create_engine(URL)
    closed: list[object] = []
    event.listen(first, "close", lambda *given: closed.append(given))
    engine, release = shared_engine("one", first)
    same, release_again = shared_engine("one", create_engine(URL))
    assert engine is same is first
    with engine.connect():
        pass
    release()
    assert not closed
    release_again()
    assert len(closed) == 1
    other = create_engine(URL)
    assert shared_engine("one", other)[0] is other


def test_other_urls_have_other_engines() -> None:
    engines = [create_engine(URL) for _ in range(2)]
    assert [shared_engine(f"url {n}", one)[0] for n, one in enumerate(engines)] == engines
