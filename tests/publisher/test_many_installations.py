"""An install base of a hundred thousand: read page by page, in bounded memory, with progress."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest

from connector_kit.models import Connector, Installation
from connector_kit.publisher import sync_install_base

pytestmark = [pytest.mark.scale, pytest.mark.django_db]

COUNT, PAGE = 100_000, 1000
MEGABYTE = 1024 * 1024
CONNECTOR_ID = "c" * 24


class _InstallBase(BaseHTTPRequestHandler):
    """The platform's install base, which nobody could install so often just for a test."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        first = int(query.get("after", ["0"])[0])
        body = json.dumps([_entry(number) for number in range(first, first + PAGE)]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if first + PAGE < COUNT:
            path = f"/v1/connectors/{CONNECTOR_ID}/installBase?after={first + PAGE}"
            self.send_header("Link", f'<{path}>; rel="next"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _entry(number: int) -> dict[str, Any]:
    return {
        "_integrationId": f"{number:024x}",
        "name": f"Orders of shop {number}",
        "email": f"customer{number}@example.com",
        "version": "1.0.0",
        "updateInProgress": False,
        "sandbox": number % 10 == 0,
    }


@pytest.fixture
def connector(settings: Any) -> Iterator[Connector]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _InstallBase) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        settings.CONNECTOR_KIT = {
            **settings.CONNECTOR_KIT,
            "token": "publisher-token",
            "base_url": f"http://127.0.0.1:{server.server_port}/v1",
            "rate_size": 1_000_000,
            "rate_per_second": 1_000_000.0,
        }
        yield Connector.objects.create(
            slug="many", name="Many", class_path="x:Y", connector_id=CONNECTOR_ID
        )
        server.shutdown()
        thread.join()


def test_the_whole_base_is_read_in_bounded_memory_and_tells_how_far_it_is(connector):
    told = []

    process = psutil.Process()
    before = process.memory_info().rss
    first = sync_install_base(connector, progress=told.append)
    grown = process.memory_info().rss - before
    second = sync_install_base(connector)

    assert (first.seen, first.added, second.changed) == (COUNT, COUNT, 0)
    assert Installation.objects.count() == COUNT
    seen = [item.seen for item in told]
    assert len(seen) >= COUNT / PAGE
    assert all(earlier < later for earlier, later in pairwise(seen))
    assert grown < 60 * MEGABYTE, grown
    assert process.memory_info().rss - before < 60 * MEGABYTE
