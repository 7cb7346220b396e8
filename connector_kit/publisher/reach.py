"""Whether the server that a stack record leads to is there, asked over HTTP as the platform would.

Nothing is called that a function of an author's could notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import requests

from connector_kit.publisher.objections import Objection

SECONDS = 10.0
"""How long the server has for an answer."""

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def is_here(address: str) -> bool:
    """Whether *address* is one of this machine's own."""
    return (urlsplit(address).hostname or "") in _HERE


def insecure(host_uri: str, *, api: str) -> Iterator[Objection]:
    """Object to plain http, but for a server and a platform that are both on this machine."""
    if host_uri.startswith("https://") or (is_here(host_uri) and is_here(api)):
        return
    yield Objection(
        "host_uri_not_https",
        "stack.server.hostURI",
        f"{host_uri} is no https address: system token and customers' data would travel in clear.",
        "Serve over https, and set CONNECTOR_KIT_HOST_URI to that address.",
    )


def unreachable(host_uri: str) -> Iterator[Objection]:
    """Object when no server of the kit answers (protocol/extension.md, health routes)."""
    reason = _trouble(host_uri)
    if reason:
        yield Objection(
            "host_uri_unreachable",
            "stack.server.hostURI",
            f"{host_uri}/healthCheck {reason}.",
            "Start the server (docs/operations.md), and set CONNECTOR_KIT_HOST_URI to the address "
            "at which integrator.io reaches it.",
        )


def refusing(host_uri: str, token: str) -> Iterator[Objection]:
    """Object when the server there does not know the stack's system *token*.

    Asks for the number of open connections, which changes nothing.
    """
    try:
        status = _get(f"{host_uri}/openConnections", headers={"Authorization": f"Bearer {token}"})
    except requests.RequestException:
        return  # that it is out of reach has been said
    if status == requests.codes.unauthorized:
        yield Objection(
            "system_token_refused",
            "stack.server.systemToken",
            f"The server at {host_uri} does not accept the stack's system token: it would refuse "
            "every call of the platform.",
            "Give the server's processes the same CONNECTOR_KIT_SYSTEM_TOKEN, and restart them.",
        )


def _trouble(host_uri: str) -> str:
    try:
        status = _get(f"{host_uri}/healthCheck")
    except requests.exceptions.SSLError:
        return "has no certificate that can be trusted"
    except requests.Timeout:
        return f"did not answer within {SECONDS:g} seconds"
    except requests.RequestException:
        return "cannot be reached from here"
    return "" if status == requests.codes.ok else f"answered with status {status}"


def _get(url: str, *, headers: dict[str, str] | None = None) -> int:
    answer = requests.get(url, headers=headers, timeout=SECONDS, allow_redirects=False)
    return answer.status_code
