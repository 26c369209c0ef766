"""A server on loopback that takes a webhook's events."""

from __future__ import annotations

import http.server
import json
import threading
import time

from tuning.service.webhook import SIGNATURE


class Receiver(http.server.ThreadingHTTPServer):
    """Keeps what it gets, and answers with the statuses it was given, then with 204.

    None stands for an answer that is none of the web's.
    """

    def __init__(self, *statuses):
        super().__init__(("127.0.0.1", 0), Handler)
        self.statuses, self.got, self.release = list(statuses), [], threading.Event()
        self.release.set()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}/hook"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}).start()
        return self

    def __exit__(self, *error):
        self.release.set()
        self.shutdown()
        self.server_close()

    def wait_for(self, count):
        end = time.monotonic() + 100
        while len(self.got) < count:
            assert time.monotonic() < end, self.got
            time.sleep(0.01)
        return [json.loads(body) for body, _ in self.got]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.release.wait()
        self.server.got.append((body, self.headers[SIGNATURE]))
        status = self.server.statuses.pop(0) if self.server.statuses else 204
        if status is None:
            self.wfile.write(b"220 mail.example.org ready\r\n")
            return
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass
