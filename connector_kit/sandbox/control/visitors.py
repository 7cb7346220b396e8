"""Who may control the sandbox: programs and people on this machine, but not web pages they visit.

Its control routes need no token, and a browser sends requests for any page that it shows. So a
request is refused if the browser's headers show that it comes from another site, or if it uses a
host name that a page may have pointed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from connector_kit.sandbox.http.errors import Refusal, refuse

JSON = "application/json"
_OWN = frozenset({"same-origin", "none"})


def is_open(host: str) -> bool:
    """Tell whether a server that listens on *host* can be reached from other machines."""
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return host.lower() != "localhost"


def admit(headers: Mapping[str, str], *, own_host: str, has_body: bool) -> None:
    """Raise `Refusal` unless a program, or a page of the sandbox itself, asks with *headers*.

    *own_host* is what the sandbox was told to listen on.
    """
    host = headers.get("Host", "")
    if host and not _is_ours(host, own_host):
        raise _refused(f"The host {host!r} is none of the sandbox's: ask for its IP address.")
    if headers.get("Sec-Fetch-Site", "none").lower() not in _OWN:
        raise _refused("It comes from a page of another site.")
    if headers.get("Origin", f"http://{host}").lower() != f"http://{host}".lower():
        raise _refused("It comes from a page of another origin.")
    kind = headers.get("Content-Type", JSON if not has_body else "")
    if kind.partition(";")[0].strip().lower() != JSON:
        raise refuse(
            415,
            "unsupported_media_type",
            f"The body is not {JSON}: say that it is, by the header Content-Type.",
        )


def _is_ours(host: str, own_host: str) -> bool:
    """Tell whether *host* is an address, or a name that no stranger can have led here."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == own_host.lower() or ("." not in name.rstrip(".") and ":" not in name):
        return True
    try:
        ip_address(name)
    except ValueError:
        return name.endswith(".localhost")
    return True


def _refused(why: str) -> Refusal:
    return refuse(403, "cross_site_request", f"The sandbox takes no such request. {why}")
