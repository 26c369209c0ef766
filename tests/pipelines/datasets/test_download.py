"""Downloads against a local server that truncates, corrupts, stalls and ignores ranges."""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipelines.datasets import DataError, load_dataset
from pipelines.datasets.catalog_public import IDX_FILES
from pipelines.datasets.check import check_dataset
from pipelines.datasets.download import Transfer, fetch_file, get_dataset
from pipelines.datasets.entry import RemoteFile
from tests.pipelines.datasets import makers

CONTENT = np.random.default_rng(0).bytes(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
PATIENT = Transfer(timeout=60.0, attempts=2)
IMPATIENT = Transfer(timeout=0.3, attempts=2)


@dataclass
class Served:
    """What the server does, and what it was asked.

    Attributes:
        files: Contents by path.
        faults: What goes wrong with the next requests, one each: a bound on the bytes
            sent before the connection is closed (`int`), `"stall"` after half, or a
            status.
        ranges: Whether ranges are honoured.
        asked: `Range` header of each request.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    faults: list[Any] = field(default_factory=list)
    ranges: bool = True
    asked: list[str | None] = field(default_factory=list)
    address: str = ""
    released: threading.Event = field(default_factory=threading.Event)


class Handler(BaseHTTPRequestHandler):
    served: Served

    def do_GET(self) -> None:  # the name that http.server calls
        served = self.served
        served.asked.append(self.headers.get("Range"))
        fault = served.faults.pop(0) if served.faults else None
        content = served.files.get(self.path.lstrip("/"))
        if content is None or (isinstance(fault, int) and 400 <= fault < 600):
            self.send_error(404 if content is None else fault)
            return
        tag = f'"{hashlib.sha256(content).hexdigest()[:8]}"'
        start = 0
        wanted = self.headers.get("Range")
        if wanted and served.ranges and self.headers.get("If-Range", tag) == tag:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content) - start))
        self.send_header("ETag", tag)
        self.end_headers()
        self.send_body(content[start:], fault)

    def send_body(self, content: bytes, fault: Any) -> None:
        if fault == "stall":
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            self.served.released.wait(100)
            return
        self.wfile.write(content if fault is None else content[:fault])

    def log_message(self, *_: Any) -> None:
        """Keeps the test output clean."""


@pytest.fixture
def server() -> Iterator[Served]:
    served = Served(files={"data.bin": CONTENT})
    handler = type("OneHandler", (Handler,), {"served": served})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    http.daemon_threads = True
    served.address = f"http://127.0.0.1:{http.server_port}"
    # Ask for the end often: the default of half a second would be most of the test time.
    thread = threading.Thread(target=http.serve_forever, args=(0.01,))
    thread.start()
    yield served
    served.released.set()
    http.shutdown()
    http.server_close()
    thread.join()


def remote(server: Served, sha256: str | None = SHA256, name: str = "data.bin") -> RemoteFile:
    return RemoteFile(path=name, address=f"{server.address}/{name}", sha256=sha256)


def test_a_sound_download_is_verified_and_reports_progress(server: Served, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int | None]] = []
    transfer = Transfer(progress=lambda *call: seen.append(call))
    part = fetch_file(remote(server), tmp_path, transfer)
    assert part.read_bytes() == CONTENT
    assert seen[-1] == ("data.bin", len(CONTENT), len(CONTENT))
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)
    assert server.asked == [None]


def test_a_broken_connection_is_continued_where_it_stopped(server: Served, tmp_path: Path) -> None:
    server.faults = [100_000, 50_000]
    part = fetch_file(remote(server), tmp_path, PATIENT)
    assert part.read_bytes() == CONTENT
    assert server.asked == [None, "bytes=100000-", "bytes=150000-"]


def test_a_later_call_continues_an_earlier_one(server: Served, tmp_path: Path) -> None:
    server.faults = [100_000, 0, 0]
    with pytest.raises(DataError, match=r"failed 2 times in a row: .*100,000 bytes are kept"):
        fetch_file(remote(server), tmp_path, PATIENT)
    server.faults = []
    assert fetch_file(remote(server), tmp_path, PATIENT).read_bytes() == CONTENT
    assert server.asked[-1] == "bytes=100000-"


def test_a_server_without_ranges_starts_again(server: Served, tmp_path: Path) -> None:
    server.ranges, server.faults = False, [100_000]
    assert fetch_file(remote(server), tmp_path, PATIENT).read_bytes() == CONTENT
    assert len(server.asked) == 2


def test_a_file_that_changed_meanwhile_is_fetched_whole(server: Served, tmp_path: Path) -> None:
    server.files["data.bin"], server.faults = b"old" * 50_000, [60_000, 0, 0]
    with pytest.raises(DataError):
        fetch_file(remote(server), tmp_path, PATIENT)
    server.files["data.bin"], server.faults = CONTENT, []
    assert fetch_file(remote(server), tmp_path, PATIENT).read_bytes() == CONTENT


def test_a_complete_part_is_not_fetched_again(server: Served, tmp_path: Path) -> None:
    (tmp_path / "data.bin.part").write_bytes(CONTENT)
    assert fetch_file(remote(server), tmp_path, PATIENT).read_bytes() == CONTENT
    assert server.asked == [f"bytes={len(CONTENT)}-"]


def test_a_part_that_is_too_long_is_fetched_again(server: Served, tmp_path: Path) -> None:
    (tmp_path / "data.bin.part").write_bytes(CONTENT + b"more")
    assert fetch_file(remote(server), tmp_path, PATIENT).read_bytes() == CONTENT


def test_a_stall_is_noticed_and_continued(server: Served, tmp_path: Path) -> None:
    server.faults = ["stall"]
    begun = time.monotonic()
    assert fetch_file(remote(server), tmp_path, IMPATIENT).read_bytes() == CONTENT
    assert time.monotonic() - begun < 50
    assert server.asked[1] == "bytes=150000-"


def test_a_server_that_only_stalls_is_given_up(server: Served, tmp_path: Path) -> None:
    server.files["data.bin"], server.faults = b"", ["stall"] * 9
    server.files["data.bin"] = b"x"
    with pytest.raises(DataError, match=r"failed 2 times in a row: no byte for 0.3 s"):
        fetch_file(remote(server), tmp_path, IMPATIENT)


def test_corrupt_content_is_refused_and_removed(server: Served, tmp_path: Path) -> None:
    server.files["data.bin"] = CONTENT[:-1] + bytes([CONTENT[-1] ^ 1])
    with pytest.raises(DataError, match=r"SHA-256 \w{64} is expected, got \w{64}. Nothing was"):
        fetch_file(remote(server), tmp_path, PATIENT)
    assert not (tmp_path / "data.bin.part").exists()


def test_without_a_digest_the_archive_is_read_through(server: Served, tmp_path: Path) -> None:
    whole = gzip.compress(CONTENT)
    server.files["a.gz"] = whole[:-100]
    with pytest.raises(DataError, match="did not bring the expected content"):
        fetch_file(remote(server, None, "a.gz"), tmp_path, PATIENT)
    server.files["a.gz"] = whole
    assert fetch_file(remote(server, None, "a.gz"), tmp_path, PATIENT).read_bytes() == whole


@pytest.mark.parametrize("status", [403, 404, 410])
def test_what_the_server_does_not_have_fails_at_once(
    server: Served, tmp_path: Path, status: int
) -> None:
    server.faults = [status]
    with pytest.raises(DataError, match=f"answers {status} .* put it at .*data.bin"):
        fetch_file(remote(server), tmp_path, PATIENT)
    assert len(server.asked) == 1


def test_a_busy_server_is_asked_again(server: Served, tmp_path: Path) -> None:
    server.faults = [503]
    assert fetch_file(remote(server), tmp_path, PATIENT).read_bytes() == CONTENT


def test_nobody_listens(tmp_path: Path) -> None:
    dead = RemoteFile(path="a.bin", address="http://127.0.0.1:9/a.bin", sha256=SHA256)
    with pytest.raises(DataError, match=r"failed 2 times in a row: .*refused"):
        fetch_file(dead, tmp_path, PATIENT)


def test_other_schemes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"an http or https address is expected. Got 'file:"):
        fetch_file(RemoteFile(path="a", address="file:///etc/passwd"), tmp_path)


def mirror(server: Served, folder: Path) -> None:
    """Serves a small Fashion-MNIST, whose files have no digest in the registry."""
    makers.idx_folder(folder, 1)
    server.files = {f"{name}.gz": (folder / f"{name}.gz").read_bytes() for name in IDX_FILES}


def test_get_check_load(server: Served, tmp_path: Path) -> None:
    mirror(server, tmp_path / "served")
    data = tmp_path / "data"
    assert check_dataset("fashion-mnist", data_dir=data).status == "missing"
    paths = get_dataset("fashion-mnist", data_dir=data, transfer=PATIENT, mirror=server.address)
    assert [path.name for path in paths] == [f"{name}.gz" for name in IDX_FILES]
    report = check_dataset("fashion-mnist", data_dir=data)
    assert (report.status, report.rows) == ("complete", (220, 20, 60))
    assert len(load_dataset("fashion-mnist", data_dir=data).train) == 220
    assert get_dataset("fashion-mnist", data_dir=data, mirror=server.address) == []
    assert sorted(path.name for path in (data / "fashion-mnist").iterdir()) == sorted(
        path.name for path in paths
    )


def test_a_dataset_is_never_half_installed(server: Served, tmp_path: Path) -> None:
    mirror(server, tmp_path / "served")
    last = server.files.pop(f"{IDX_FILES[3]}.gz")
    data = tmp_path / "data"
    with pytest.raises(DataError, match="answers 404"):
        get_dataset("fashion-mnist", data_dir=data, transfer=PATIENT, mirror=server.address)
    assert not list((data / "fashion-mnist").glob("*.gz"))
    server.files[f"{IDX_FILES[3]}.gz"] = last
    asked = len(server.asked)
    get_dataset("fashion-mnist", data_dir=data, transfer=PATIENT, mirror=server.address)
    assert check_dataset("fashion-mnist", data_dir=data, load=False).status == "complete"
    # What had arrived is not fetched again: the server only says that nothing is left.
    assert len(server.asked) > asked


def test_get_repairs_a_damaged_file(server: Served, tmp_path: Path) -> None:
    mirror(server, tmp_path / "served")
    data = tmp_path / "data"
    get_dataset("fashion-mnist", data_dir=data, transfer=PATIENT, mirror=server.address)
    hurt = data / "fashion-mnist" / f"{IDX_FILES[0]}.gz"
    hurt.write_bytes(hurt.read_bytes()[:-50])
    report = check_dataset("fashion-mnist", data_dir=data)
    assert report.status == "damaged"
    assert str(hurt) in report.problems[0]
    assert get_dataset("fashion-mnist", data_dir=data, transfer=PATIENT, mirror=server.address) == [
        hurt
    ]
    assert check_dataset("fashion-mnist", data_dir=data).status == "complete"


def test_what_arrives_must_be_the_published_file(server: Served, tmp_path: Path) -> None:
    server.files = {"names.txt": b"emma\nolivia\n"}
    with pytest.raises(DataError, match="is expected, got"):
        get_dataset("names", data_dir=tmp_path, transfer=PATIENT, mirror=server.address)
    assert not (tmp_path / "names" / "names.txt").exists()


def test_what_needs_no_download(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'digits' needs no download"):
        get_dataset("digits", data_dir=tmp_path)
    with pytest.raises(DataError, match="'image-folder' stands for your own files"):
        check_dataset("image-folder")
    assert check_dataset("digits").rows == (1257, 270, 270)


def test_check_names_what_a_loader_finds(tmp_path: Path) -> None:
    makers.wikitext(tmp_path / "wikitext-2", 1)
    (tmp_path / "wikitext-2" / "valid.txt").write_text(" \n")
    report = check_dataset("wikitext-2", data_dir=tmp_path)
    assert report.status == "damaged"
    assert "valid.txt: the file is empty" in report.problems[0]


def test_check_notes_a_readable_file_that_is_not_the_published_one(tmp_path: Path) -> None:
    makers.names(tmp_path / "names", 1)
    report = check_dataset("names", data_dir=tmp_path)
    assert report.status == "complete"
    assert "readable but not the published file" in report.notes[0]
