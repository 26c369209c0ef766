"""The backup of docs/operations.md: a server is lost, another one takes its dump and goes on."""

from __future__ import annotations

import subprocess

import pytest
from sqlalchemy.engine import make_url

from benchmarks._postgres import programs
from tests.service import objectives
from tests.service.postgres import cluster
from tests.service.support import assert_exact, run
from tuning import Client, open_study
from tuning.storage.records import read_trials

pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.timeout(300)]
JOB = "recipe: digits-mlp\ntrials: 3\n"


def call(program, url, **options):
    """Calls a client program of PostgreSQL with the superuser of a test's cluster."""
    place = make_url(url)
    command = [programs() / program, f"--host={place.query['host']}"]
    done = subprocess.run(
        [*command, f"--username={place.username}"], capture_output=True, text=True, **options
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_restored_dump_has_every_trial_and_job_and_goes_on(tmp_path):
    with cluster() as lost:
        url = lost("studies")
        before = run(objectives.parabola, tmp_path / "one", storage=url, trials=6).records
        Client(url).submit(JOB, name="waiting", trials=3)
        dump = call("pg_dumpall", url)
    with cluster() as server:
        url = server("empty")
        call("psql", url, input=dump)  # what is there already, the superuser, is refused and left
        url = make_url(url).set(database="studies").render_as_string(hide_password=False)
        assert read_trials(open_study("s", url)) == list(before)
        (status,) = Client(url).jobs()
        assert (status.job.name, status.job.state) == ("waiting", "queued")
        after = run(objectives.parabola, tmp_path / "two", storage=url, trials=10).records
    assert_exact(after, 10)
    assert list(after[:6]) == list(before)
