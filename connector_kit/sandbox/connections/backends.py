"""Requests to applications that run on this very machine, or in the sandbox itself.

The sandbox never leaves it: a connection whose address is not a loopback one is refused, and
redirects are not followed. So documents with real addresses and real secrets can be stored here
without any of it going out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp

from connector_kit.sandbox.http.errors import Refusal, refuse

TIMEOUT = 60.0
"""Seconds that an application has to answer."""
KEEP_ALIVE = 0.5
"""Seconds that a connection to an application is kept for the next request."""
LOCAL_NAMES = ("localhost",)


@dataclass(frozen=True)
class BackendRequest:
    """What is asked of an application; headers and body may hold secrets."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class BackendAnswer:
    """What it answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def header(self, name: str) -> str:
        """Return a header, whatever its case."""
        return next((value for key, value in self.headers.items() if key.lower() == name), "")


class Hosting(Protocol):
    """The applications in the sandbox itself, by host; they answer if *is_on*."""

    is_on: bool

    @property
    def hosts(self) -> Mapping[str, object]:
        """The applications, by host."""

    def answer(self, host: str, request: BackendRequest) -> BackendAnswer:
        """Return what the application at *host* answers."""


class Backends:
    """Sends requests to local applications."""

    def __init__(self, hosting: Hosting) -> None:
        self._hosting = hosting
        self._session: aiohttp.ClientSession | None = None

    def reaches(self, url: str) -> bool:
        """Whether an address leads to an application on this machine, or in the sandbox."""
        hosting = self._hosting
        return is_local(url) or (hosting.is_on and _host(url) in hosting.hosts)

    async def exchange(self, request: BackendRequest) -> BackendAnswer:
        """Return the answer; raises `Refusal` 422 when there is none, or it may not be asked."""
        host = _host(request.url)
        if not self.reaches(request.url):
            raise self._distant(host)
        if host in self._hosting.hosts:
            return self._hosting.answer(host, request)
        if self._session is None:
            # A connection is used again at once or not at all: an idle one may close just then.
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
            )
        sending = self._session.request(
            request.method,
            request.url,
            headers=request.headers,
            data=request.body or None,
            allow_redirects=False,
        )
        try:
            async with asyncio.timeout(TIMEOUT), sending as response:
                return BackendAnswer(response.status, dict(response.headers), await response.read())
        except TimeoutError as error:
            raise _unreachable(request, "it did not answer in time") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _unreachable(request, type(error).__name__) from error

    async def close(self) -> None:
        """Close the session."""
        if self._session:
            await self._session.close()

    def _distant(self, host: str) -> Refusal:
        remedy = "give the connection a baseURI such as http://127.0.0.1:8000."
        if host in self._hosting.hosts:
            remedy = "start the sandbox with --applications, and it answers for this one itself."
        return refuse(
            422,
            "backend_not_local",
            f"The sandbox asks only applications on this machine, not {host or 'nowhere'!r}; "
            f"{remedy}",
        )


def is_local(url: str) -> bool:
    """Whether an address leads to this machine."""
    host = _host(url)
    if host in LOCAL_NAMES:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in ("http", "https") else ""


def _unreachable(request: BackendRequest, why: str) -> Refusal:
    return refuse(422, "backend_unreachable", f"{_host(request.url)} cannot be reached: {why}.")
