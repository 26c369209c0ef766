"""Checkpoints of jobs that are over go; those of others stay."""

from __future__ import annotations

from tuning import Client
from tuning.service.leftovers import remove_checkpoints


def test_checkpoints_go_with_their_job(tmp_path):
    folder, client = tmp_path / "checkpoints", Client(root=tmp_path)
    assert remove_checkpoints(folder, client.queue) == []
    for name in ("cancelled", "running", "of nobody"):
        (folder / name / "00000").mkdir(parents=True)
        (folder / name / "00000" / "state.npz").touch()
        if name != "of nobody":
            client.submit("", name=name)
    client.cancel("cancelled")
    assert remove_checkpoints(folder, client.queue) == ["cancelled"]
    assert sorted(entry.name for entry in folder.iterdir()) == ["of nobody", "running"]
