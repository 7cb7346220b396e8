"""Requests to applications that run on this very machine.

The sandbox never leaves it: a connection whose address is not a loopback one is refused, and
redirects are not followed. So documents with real addresses and real secrets can be stored here
without any of it going out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
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


class Backends:
    """Sends requests to local applications."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def exchange(self, request: BackendRequest) -> BackendAnswer:
        """Return the answer; raises `Refusal` 422 when there is none, or it may not be asked."""
        check_local(request.url)
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


def check_local(url: str) -> None:
    """Raise `Refusal` 422 for every address but a loopback one."""
    if not is_local(url):
        raise refuse(
            422,
            "backend_not_local",
            f"The sandbox asks only applications on this machine, not {_host(url) or 'nowhere'!r}; "
            "give the connection a baseURI such as http://127.0.0.1:8000.",
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
