"""A store keeps what it is called."""

from __future__ import annotations

import threading

from tuning.storage.database import open_storage
from tuning.storage.identity import store_id


def test_all_who_use_a_store_find_one_token_and_stores_have_different_ones(tmp_path):
    urls = [f"sqlite:///{tmp_path}/{name}.db" for name in ("one", "other")]
    stores = [open_storage(urls[0]) for _ in range(4)]
    ready, found = threading.Barrier(len(stores)), []

    def ask(store):
        ready.wait()
        found.append(store_id(store))

    threads = [threading.Thread(target=ask, args=[store]) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert store_id(open_storage(urls[0])) == found[0] != store_id(open_storage(urls[1]))
