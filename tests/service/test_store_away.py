"""PostgreSQL goes away in the middle of a search, and comes back, or does not."""

from __future__ import annotations

import itertools
import signal
import time

import pytest

from tests.service import objectives
from tests.service.postgres import cluster
from tests.service.support import assert_exact, by_state, run, start, trials_in, wait_until

pytestmark = [pytest.mark.service, pytest.mark.timeout(300)]

_numbers = itertools.count()


@pytest.fixture(scope="module")
def server():
    with cluster() as database:
        yield database


@pytest.fixture
def url(server):
    return server(f"studies_{next(_numbers)}")


def kept(root):
    """Results that wait on disk."""
    return list((root / "studies" / "s" / "outbox").glob("*.json"))


OBJECTIVE = "tests.service.objectives:parabola_held_by_a_file"


def trials(url):
    return trials_in("s", url)


def run_into_an_outage(root, server, url, **changes):
    """A search whose store goes away after two trials, while two more run, which then end."""
    process = start(root, OBJECTIVE, storage=url, **changes)
    wait_until(lambda: by_state(trials(url))["complete"] == 2)
    wait_until(lambda: sum(t.state == "running" and bool(t.params) for t in trials(url)) == 2)
    server.stop()
    (root / "go-on").touch()
    return process


@pytest.mark.slow
def test_results_wait_on_disk_until_the_store_is_back(tmp_path, server, url):
    process = run_into_an_outage(tmp_path, server, url, trials=8)
    wait_until(lambda: len(kept(tmp_path)) == 2)  # the workers finished what they had
    server.start()
    output, errors = process.communicate(timeout=200)
    assert output == "trials 8\n", errors
    assert_exact(trials(url), 8)
    assert {record.attempts for record in trials(url)} == {1}
    assert kept(tmp_path) == []


def test_a_store_that_stays_away_ends_the_search_and_the_next_one_writes_the_rest(
    tmp_path, server, url
):
    process = run_into_an_outage(tmp_path, server, url, trials=8, store_timeout=6.0)
    _, errors = process.communicate(timeout=200)
    assert "It was waited for 6 s (`store_timeout`)" in errors
    assert "are kept in" in errors
    assert len(kept(tmp_path)) == 2
    server.start()
    before = {record.number: record.started for record in trials(url)}
    result = run(objectives.parabola_held_by_a_file, tmp_path, storage=url, trials=8)
    assert_exact(result.records, 8)
    assert kept(tmp_path) == []
    written = [r for r in result.records if r.started == before.get(r.number)]
    assert len(written) >= 4  # two finished before, two kept: they did not run again


@pytest.mark.slow
def test_ctrl_c_does_not_wait_for_a_store_that_is_away(tmp_path, server, url):
    process = run_into_an_outage(tmp_path, server, url, trials=8)
    wait_until(lambda: len(kept(tmp_path)) == 2)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=200)
    assert time.monotonic() - began < 120  # of the 600 s for which a store is waited for
    assert "are kept in" in errors
    server.start()
