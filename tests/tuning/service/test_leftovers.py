"""Checkpoints of jobs that are over go; those of others stay."""

from __future__ import annotations

from tests.service.support import wait_until
from tuning import Client
from tuning.service.leftovers import remove_checkpoints
from tuning.service.watcher import QueueWatcher


def test_checkpoints_go_with_their_job(tmp_path):
    folder, client = tmp_path / "checkpoints", Client(root=tmp_path)
    assert remove_checkpoints(folder, client.queue) == []
    own, other = client.queue.store_id, "of another store"
    for name in ("cancelled", "running", "of nobody"):
        # Those of an earlier version lay in the folder itself.
        for place in (folder / name, folder / own / name, folder / other / name):
            (place / "00000").mkdir(parents=True)
            (place / "00000" / "state.npz").touch()
        if name != "of nobody":
            client.submit("", name=name)
    client.cancel("cancelled")
    assert remove_checkpoints(folder, client.queue) == ["cancelled"]
    left = ["of nobody", "running"]
    assert sorted(entry.name for entry in folder.iterdir()) == sorted([*left, own, other])
    assert sorted(entry.name for entry in (folder / own).iterdir()) == left
    assert len(list((folder / other).iterdir())) == 3


def test_a_worker_that_ends_leaves_none_of_a_job_that_was_cancelled_meanwhile(tmp_path):
    folder, client = tmp_path / "checkpoints", Client(root=tmp_path)
    client.submit("", name="cancelled")
    client.cancel("cancelled")
    watcher = QueueWatcher(client, seconds=0.01, checkpoints=folder)
    watcher.start()
    try:
        wait_until(lambda: watcher.looks, 10)  # that was its tidying of this minute
        own = folder / client.queue.store_id
        (own / "cancelled" / "00000").mkdir(parents=True)
    finally:
        watcher.close()
    assert list(own.iterdir()) == []
