"""Open connections to the platform, kept and shared."""

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_environ_proxies
from urllib3 import BaseHTTPResponse
from urllib3.connectionpool import HTTPConnectionPool

from connector_kit.integrator.transport import bounds

DEFAULT_SIZE = 32


class Pool:
    """Connections that stay open between requests; clients and threads may share one.

    *size* is how many stay open per host, *largest* how many bytes an answer may have, unpacked.
    *proxies* (``{"https": "http://proxy:3128"}``) and
    *verify* (False, or the path of a bundle of certificates) are read from the environment, once,
    unless given. It keeps neither tokens nor cookies.
    """

    def __init__(
        self,
        *,
        size: int = DEFAULT_SIZE,
        proxies: Mapping[str, str] | None = None,
        verify: bool | str | None = None,
        largest: int = bounds.LARGEST_ANSWER,
    ) -> None:
        self._proxies = None if proxies is None else dict(proxies)
        if verify is None:
            bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
            verify = bundle or True
        self._verify = verify
        self._size = size
        self._largest = largest
        self._adapter = _Adapter(size)
        _POOLS.add(self)

    def send(
        self,
        request: requests.PreparedRequest,
        *,
        timeout: tuple[float, float],
        seconds: float = float("inf"),
    ) -> requests.Response:
        """Send *request* and read the whole response; redirects are not followed.

        *timeout* is how long to wait for a connection and for the next bytes, *seconds* for
        everything together. Raises requests' exceptions, `AnswerTooLarge` among them.
        """
        with bounds.within(seconds, self._largest):
            response = self._adapter.send(
                request,
                timeout=timeout,
                verify=self._verify,
                proxies=_proxies(request.url or "") if self._proxies is None else self._proxies,
            )
            bounds.read_whole(response)
        return response

    def close(self) -> None:
        """Close the connections; the pool opens new ones when it is used again."""
        self._adapter.close()

    def renew(self) -> None:
        """Leave the connections to their other holders, and open new ones."""
        self._adapter = _Adapter(self._size)


_POOLS: WeakSet[Pool] = WeakSet()


def _renew_all() -> None:
    for pool in _POOLS:
        pool.renew()


os.register_at_fork(after_in_child=_renew_all)  # two processes must not talk over one connection


class _Adapter(HTTPAdapter):
    """The adapter of requests, without the work that its sessions repeat for every request.

    A session looks for cookies, redirects and ~/.netrc, none of which may have an effect here, and
    the adapter works out each time how to connect to the host. That costs as much as the rest.
    """

    def __init__(self, size: int) -> None:
        super().__init__(pool_maxsize=size)
        self._hosts: dict[str, HTTPConnectionPool] = {}

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> HTTPConnectionPool:
        """Return the host's connections; a pool's proxies and certificates never change."""
        origin = _origin(request.url or "")
        if origin not in self._hosts:
            opened = super().get_connection_with_tls_context(request, *args, **options)
            connections = cast("HTTPConnectionPool", opened)
            bounds.bind(connections)
            self._hosts[origin] = connections
        return self._hosts[origin]

    def request_url(
        self, request: requests.PreparedRequest, proxies: Mapping[str, str] | None
    ) -> str:
        """Return the path, unless a proxy may have to be told more."""
        return super().request_url(request, proxies) if proxies else request.path_url

    def build_response(
        self, req: requests.PreparedRequest, resp: BaseHTTPResponse
    ) -> requests.Response:
        """Return *resp* as a response of requests, without cookies."""
        response = requests.Response()
        response.status_code = resp.status
        response.headers = cast("CaseInsensitiveDict[str]", resp.headers)  # as good as one
        response.raw, response.reason = resp, resp.reason or ""
        response.url, response.request = req.url or "", req
        return response

    def close(self) -> None:
        """Close the connections."""
        self._hosts.clear()
        super().close()


def _proxies(url: str) -> dict[str, str]:
    return _environment_proxies(_origin(url))


@lru_cache(maxsize=64)
def _environment_proxies(origin: str) -> dict[str, str]:
    return dict(get_environ_proxies(origin))


def _origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3])
