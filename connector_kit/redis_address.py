"""The address of a Redis, read the same way for cache, rate limit, and broker.

Each of the three has a library that reads addresses in its own way, and two of them disagree about
TLS. So this module lists what an address may contain, in one spelling, which is redis-py's; where
it does not mention certificates, they are verified with the system's authorities.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from redis.connection import parse_url

WAY_OUT = "use redis://host:6379/0, or rediss://host:6379/0 for TLS."
TLS = "rediss"
_CERTIFICATES = ("none", "optional", "required")
_TRUTHS = {
    "true": "true",
    "yes": "true",
    "1": "true",
    "false": "false",
    "no": "false",
    "0": "false",
}


def canonical(address: str) -> str:
    """Return the address in the one spelling that all libraries read alike.

    Raises ValueError for what is no such address or has no common meaning, with the rest of a
    sentence that begins with the setting's name.
    """
    parts = urlsplit(address)
    try:
        is_complete = bool(parts.hostname) and parts.port != 0
    except ValueError:  # no port has that number
        is_complete = False
    if parts.scheme not in ("redis", TLS) or not is_complete:
        raise ValueError(f"is not the address of a Redis: {WAY_OUT}")
    options = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode([(name, _option(name, value, parts.scheme)) for name, value in options])
    return urlunsplit(parts._replace(query=query))


def without_options(address: str) -> str:
    """Return a canonical address without what follows the question mark."""
    return urlunsplit(urlsplit(address)._replace(query=""))


def connection_options(address: str) -> dict[str, Any]:
    """Return a canonical address as keywords of redis-py's connections."""
    return dict(parse_url(address))  # type: ignore[no-untyped-call]  # redis-py has no types here


def _option(name: str, value: str, scheme: str) -> str:
    read = _OPTIONS.get(name)
    if read is None:
        known = ", ".join(sorted(_OPTIONS))
        raise ValueError(f"contains {name}, which is not supported. Supported: {known}.")
    if name.startswith("ssl_") and scheme != TLS:
        raise ValueError(f"contains {name}, but the connection has no TLS. Use rediss://.")
    try:
        return read(value.strip())
    except ValueError as error:
        raise ValueError(f"contains {name}, {error}") from None


def _certificates(value: str) -> str:
    word = value.lower().removeprefix("cert_")
    if word not in _CERTIFICATES:
        raise ValueError("which is none of required, optional, none.")
    return word


def _truth(value: str) -> str:
    if value.lower() not in _TRUTHS:
        raise ValueError("which is neither true nor false.")
    return _TRUTHS[value.lower()]


def _seconds(value: str) -> str:
    if not 0 < float(value) < 86_400:
        raise ValueError("which is not a number of seconds.")
    return value


def _whole(value: str) -> str:
    if not value.isdecimal():
        raise ValueError("which is not a whole number.")
    return str(int(value))


def _file(value: str) -> str:
    if not Path(value).is_file():
        raise ValueError("where there is no file.")
    return value


def _folder(value: str) -> str:
    if not Path(value).is_dir():
        raise ValueError("where there is no folder.")
    return value


_OPTIONS: Mapping[str, Callable[[str], str]] = {
    "client_name": str,
    "db": _whole,
    "health_check_interval": _whole,
    "retry_on_timeout": _truth,
    "socket_connect_timeout": _seconds,
    "socket_keepalive": _truth,
    "socket_timeout": _seconds,
    "ssl_ca_certs": _file,
    "ssl_ca_path": _folder,
    "ssl_cert_reqs": _certificates,
    "ssl_certfile": _file,
    "ssl_check_hostname": _truth,
    "ssl_keyfile": _file,
    "ssl_password": str,
}
