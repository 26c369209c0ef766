"""Fetches datasets: resumed, verified, and installed whole or not at all."""

from __future__ import annotations

import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipelines.datasets.entry import RemoteFile
from pipelines.datasets.errors import DataError
from pipelines.datasets.fingerprint import file_digest
from pipelines.datasets.formats.integrity import damage
from pipelines.datasets.registry import dataset_folder, entry

Progress = Callable[[str, int, int | None], None]

_CHUNK_BYTES = 1 << 16
_AGENT = "keras-cookbook/0.1"
# Answers that further attempts will not change.
_FINAL_STATUS = (400, 401, 403, 404, 405, 410)


class _RetryError(Exception):
    """An attempt failed in a way that another may repair."""


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """How files are fetched.

    Attributes:
        timeout: Seconds without a byte after which an attempt counts as stalled.
        attempts: Attempts in a row that bring no byte before it is given up; one that
            brings bytes starts the count anew, since the next continues there.
        progress: Called with the path, the bytes that are there and the bytes expected
            (or `None`), after each chunk.
    """

    timeout: float = 30.0
    attempts: int = 4
    progress: Progress | None = None


def fetch_file(remote: RemoteFile, folder: Path, transfer: Transfer | None = None) -> Path:
    """Downloads one file next to its place, verified but not yet installed.

    A transfer that broke off is continued where it stopped, if the server can do that and
    the file has not changed; otherwise it starts again.

    Args:
        remote: What to fetch.
        folder: Folder that the file belongs to.
        transfer: Time limits, attempts and progress.

    Returns:
        Path of the verified file, `folder / (remote.path + ".part")`.

    Raises:
        DataError: If the server does not have it, stalls or breaks off on every attempt,
            or if what arrived is not the expected content; then nothing of it is kept.
    """
    transfer = transfer or Transfer()
    if not remote.address.startswith(("http://", "https://")):
        raise DataError(f"an http or https address is expected. Got {remote.address!r}.")
    part = folder / f"{remote.path}.part"
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        _download(remote, part, transfer)
        _verify(remote, part)
    except OSError as error:
        raise DataError(f"cannot write the download ({error}).", path=part) from error
    return part


def _download(remote: RemoteFile, part: Path, transfer: Transfer) -> None:
    failures = 0
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            _attempt(remote, part, transfer)
            return
        except _RetryError as error:
            after = part.stat().st_size if part.exists() else 0
            failures = 1 if after > before else failures + 1
            if failures >= transfer.attempts:
                raise DataError(
                    f"{remote.address} failed {failures} times in a row: {error}. "
                    f"{after:,} bytes are kept; the same command continues there."
                ) from error


def _attempt(remote: RemoteFile, part: Path, transfer: Transfer) -> None:
    """One request; appends to the part if the server continues it, else starts again."""
    have = part.stat().st_size if part.exists() else 0
    tag_file = part.with_name(part.name + ".etag")
    headers = {"User-Agent": _AGENT, "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
        if tag_file.exists():
            # The server sends the whole file if it is no longer the one that was begun.
            headers["If-Range"] = tag_file.read_text("utf-8")
    request = urllib.request.Request(remote.address, headers=headers)  # noqa: S310  # http(s), see fetch_file
    try:
        with urllib.request.urlopen(request, timeout=transfer.timeout) as answer:  # noqa: S310
            resumed = answer.status == 206 and _range_start(answer) == have
            if have and answer.status == 206 and not resumed:
                part.unlink()
                raise _RetryError("the server continued at another place")
            if tag := answer.headers.get("ETag", ""):
                tag_file.write_text(tag, "utf-8")
            else:
                tag_file.unlink(missing_ok=True)
            _receive(answer, remote, part, have if resumed else 0, transfer)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416:
            # The part is as long as the file, or longer: only its digest can tell.
            if _is_whole(remote, part):
                return
            part.unlink(missing_ok=True)
        elif error.code in _FINAL_STATUS:
            raise DataError(
                f"{remote.address} answers {error.code} {error.reason}. The publisher may have "
                f"moved it: fetch it by hand and put it at {part.with_suffix('')}."
            ) from error
        raise _RetryError(f"the server answers {error.code} {error.reason}") from error
    except TimeoutError as error:
        raise _RetryError(f"no byte for {transfer.timeout:g} s") from error
    except (urllib.error.URLError, http.client.HTTPException, ConnectionError) as error:
        raise _RetryError(str(getattr(error, "reason", error)) or repr(error)) from error


def _is_whole(remote: RemoteFile, part: Path) -> bool:
    return remote.sha256 is not None and part.exists() and file_digest(part) == remote.sha256


def _range_start(answer: Any) -> int | None:
    match = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
    return int(match[1]) if match else None


def _receive(answer: Any, remote: RemoteFile, part: Path, have: int, transfer: Transfer) -> None:
    length = answer.headers.get("Content-Length")
    total = have + int(length) if length is not None else None
    with part.open("ab" if have else "wb") as stream:
        # read1 returns what has arrived: a stall then loses nothing that came before it.
        while chunk := answer.read1(_CHUNK_BYTES):
            stream.write(chunk)
            have += len(chunk)
            if transfer.progress is not None:
                transfer.progress(remote.path, have, total)
    if total is not None and have != total:
        # http.client ends silently when the connection closes early.
        raise _RetryError(f"the connection closed after {have:,} of {total:,} bytes")


def _verify(remote: RemoteFile, part: Path) -> None:
    found = file_digest(part)
    if remote.sha256 is not None and found != remote.sha256:
        problem = f"SHA-256 {remote.sha256} is expected, got {found}"
    elif remote.sha256 is None and (hurt := damage(part, name=remote.path)):
        problem = hurt
    else:
        return
    part.unlink()
    raise DataError(
        f"{remote.address} did not bring the expected content: {problem}. Nothing was "
        "installed. Try again; if it stays so, the publisher has changed the file."
    )


def get_dataset(
    name: str,
    *,
    data_dir: Path | str | None = None,
    transfer: Transfer | None = None,
    mirror: str | None = None,
) -> list[Path]:
    """Downloads what is missing or damaged of a dataset.

    All files are fetched and verified beside their places first, then put in place by
    renaming: a dataset of several files is never half there.

    Args:
        name: Name of a dataset with a public address.
        data_dir: The data folder; `None` takes the variable `COOKBOOK_DATA`.
        transfer: Time limits, attempts and progress.
        mirror: Address to fetch from instead: the file names are appended to it.

    Returns:
        Paths of the files that were installed; empty if all were there.

    Raises:
        DataError: If the dataset needs no download, or a download fails.
        ValueError: If the name is unknown.
    """
    found = entry(name)
    if not found.files:
        raise DataError(f"{name!r} needs no download: {found.summary} ({found.source}).")
    folder = dataset_folder(name, data_dir)
    wanted = [remote for remote in found.files if not _installed(remote, folder)]
    parts = []
    for remote in wanted:
        source = remote
        if mirror is not None:
            base = remote.address.rpartition("/")[2]
            source = replace(remote, address=f"{mirror.rstrip('/')}/{base}")
        parts.append(fetch_file(source, folder, transfer))
    installed = []
    for part, remote in zip(parts, wanted, strict=True):
        place = folder / remote.path
        part.replace(place)
        part.with_name(part.name + ".etag").unlink(missing_ok=True)
        installed.append(place)
    return installed


def _installed(remote: RemoteFile, folder: Path) -> bool:
    place = folder / remote.path
    if not place.is_file():
        return False
    if remote.sha256 is not None:
        return file_digest(place) == remote.sha256
    return damage(place) is None
