"""Tells one address what became of jobs: a new best trial, an end, a failure.

Rules:
    1. Address and secret are those of the worker's environment; no job can name them.
    2. A call goes out from a thread of its own: an address that is slow or away holds up nothing.
    3. It is tried again for some minutes. The same event may arrive twice, under the same `id`.
    4. `X-Cookbook-Signature` is `sha256=` and the HMAC-SHA256 of the body under the secret.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import queue
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

BEST, END, FAILURE = "best", "end", "failure"
SIGNATURE = "X-Cookbook-Signature"
_PAUSES = (1.0, 5.0, 30.0, 120.0)  # between the attempts of one event
_CALL_SECONDS = 10.0
_CLOSE_SECONDS = 5.0
_MOST_WAITING = 1000
_logger = logging.getLogger(__name__)


class Webhook:
    """Sends events to one address.

    Args:
        address: `https://...` or `http://...`.
        secret: Signs the events.
        pauses: Seconds between the attempts of one event.

    Raises:
        ValueError: If the address is not one of the web, or the secret is empty.
    """

    def __init__(self, address: str, secret: str, *, pauses: Sequence[float] = _PAUSES) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("A webhook needs an address that begins with https:// or http://.")
        if not secret:
            raise ValueError("A webhook needs a secret, which signs what is sent. Got none.")
        self._address = address
        self._secret = secret.encode()
        self._pauses = tuple(pauses)
        self._events: queue.Queue[bytes | None] = queue.Queue(_MOST_WAITING)
        self._end = threading.Event()
        self._opener = urllib.request.build_opener(_NoRedirects)
        self._thread = threading.Thread(target=self._run, daemon=True, name="tuning-webhook")
        self._thread.start()

    def send(self, event: str, job: str, content: Mapping[str, Any], *, key: str = "") -> None:
        """Hands an event over, and returns at once.

        Args:
            event: `BEST`, `END` or `FAILURE`.
            job: Name of the job.
            content: What else there is to say, as JSON can hold it.
            key: What tells this event from others of the kind and job.
        """
        identity = hashlib.sha256(f"{event}\n{job}\n{key}".encode()).hexdigest()[:16]
        whole = {"id": identity, "event": event, "job": job, "time": time.time(), **content}
        try:
            self._events.put_nowait(json.dumps(whole, default=str).encode())
        except queue.Full:
            _logger.warning("The webhook does not answer: an event of %r is dropped.", job)

    def close(self) -> None:
        """Ends the sending, after an attempt at what is left."""
        self._end.set()
        try:
            self._events.put_nowait(None)
        except queue.Full:
            return
        self._thread.join(timeout=_CLOSE_SECONDS)

    def _run(self) -> None:
        while (body := self._events.get()) is not None:
            for pause in (*self._pauses, None):
                failure = self._post(body)
                if failure is None:
                    break
                if pause is None or self._end.wait(pause):
                    _logger.warning("The webhook did not take an event: %s", failure)
                    break
            if failure is not None and self._end.is_set():
                return

    def _post(self, body: bytes) -> str | None:
        """Sends once; returns why that failed, without the address, which may hold a password."""
        signature = hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", SIGNATURE: f"sha256={signature}"}
        request = urllib.request.Request(self._address, body, headers, method="POST")  # noqa: S310 - checked above
        try:
            with self._opener.open(request, timeout=_CALL_SECONDS):
                return None
        except urllib.error.HTTPError as error:
            error.close()
            return f"status {error.code}"
        except (OSError, HTTPException) as error:  # the latter of an answer that is none of the web
            return type(error).__name__


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """What is signed for one address goes to no other."""

    def redirect_request(self, *arguments: Any) -> None:
        return None
