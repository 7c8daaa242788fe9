"""A real server that messages are posted to."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest


class Inbox(BaseHTTPRequestHandler):
    """Keep what was posted; refuse what is posted to /refused."""

    got: list[dict]

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).got.append(json.loads(body))
        self.send_response(500 if "refused" in self.path else 200)
        self.end_headers()

    def log_message(self, *_):
        return


@pytest.fixture
def inbox():
    """Give the port of a real server, and what it got."""
    handler = type("OneInbox", (Inbox,), {"got": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server.server_address[1], handler.got
    server.shutdown()
    server.server_close()
