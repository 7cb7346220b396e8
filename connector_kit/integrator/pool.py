"""Open connections to the platform, kept and shared."""

import os
from collections.abc import Mapping
from functools import lru_cache
from http.cookiejar import DefaultCookiePolicy
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

DEFAULT_SIZE = 32


class Pool:
    """Connections that stay open between requests; clients and threads may share one.

    *size* is how many stay open per host. *proxies* (``{"https": "http://proxy:3128"}``) and
    *verify* (False, or the path of a bundle of certificates) are read from the environment, once,
    unless given. It keeps neither tokens nor cookies.
    """

    def __init__(
        self,
        *,
        size: int = DEFAULT_SIZE,
        proxies: Mapping[str, str] | None = None,
        verify: bool | str | None = None,
    ) -> None:
        self._proxies = None if proxies is None else dict(proxies)
        self._verify = _certificates() if verify is None else verify
        self._size = size
        self._session = _session(size)
        _POOLS.add(self)

    def send(
        self, request: requests.PreparedRequest, *, timeout: tuple[float, float]
    ) -> requests.Response:
        """Send *request* and read the whole response; redirects are not followed."""
        return self._session.send(
            request,
            timeout=timeout,
            allow_redirects=False,
            verify=self._verify,
            proxies=_proxies(request.url or "") if self._proxies is None else self._proxies,
        )

    def close(self) -> None:
        """Close the connections; the pool opens new ones when it is used again."""
        self._session.close()

    def renew(self) -> None:
        """Leave the connections to whoever else holds them, and open new ones."""
        self._session = _session(self._size)


_POOLS: WeakSet[Pool] = WeakSet()


def _renew_all() -> None:
    for pool in _POOLS:
        pool.renew()


os.register_at_fork(after_in_child=_renew_all)  # two processes must not talk over one connection


def _session(size: int) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # else every request searches the environment and ~/.netrc anew
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = HTTPAdapter(pool_maxsize=size)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _certificates() -> str | bool:
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True


def _proxies(url: str) -> dict[str, str]:
    return _environment_proxies("/".join(url.split("/", 3)[:3]))


@lru_cache(maxsize=64)
def _environment_proxies(origin: str) -> dict[str, str]:
    return dict(get_environ_proxies(origin))
