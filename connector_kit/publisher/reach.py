"""The server that a stack record leads to, asked over HTTP as the platform would.

Nothing is called that a function of an author's could notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import requests

from connector_kit.documents import Document
from connector_kit.integrator.transport.pool import Pool
from connector_kit.publisher.objections import Objection, Weight

SECONDS = 5.0
"""Seconds that the server has for an answer that needs no loading."""

LOADING_SECONDS = 30.0
"""Seconds that it has for an answer that may need the import of a connector first."""

LARGEST = 1 << 20
"""The most bytes of an answer that are read: the server at that address may not be the kit."""

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
        f"{host_uri} is not an https address: the system token and customer data would be "
        "sent unencrypted.",
        "Serve over https and set CONNECTOR_KIT_HOST_URI to that address.",
        Weight.ADVICE,
    )


def unreachable(host_uri: str) -> Iterator[Objection]:
    """Object when no server of the kit answers (protocol/extension.md, health routes)."""
    try:
        status = _exchange(requests.Request("GET", f"{host_uri}/healthCheck"), SECONDS).status_code
        reason = "" if status == requests.codes.ok else f"answered with status {status}"
    except requests.exceptions.SSLError:
        reason = "has no trusted certificate"
    except requests.Timeout:
        reason = f"did not answer within {SECONDS:g} seconds"
    except requests.RequestException:
        reason = "cannot be reached from here"
    if reason:
        yield Objection(
            "host_uri_unreachable",
            "stack.server.hostURI",
            f"{host_uri}/healthCheck {reason}.",
            "Start the server (docs/operations.md) and set CONNECTOR_KIT_HOST_URI to the address "
            "where integrator.io reaches it.",
            Weight.BREAKS,
        )


def token_refused(host_uri: str) -> Objection:
    """The objection to a server that does not know the stack's system token."""
    return Objection(
        "system_token_refused",
        "stack.server.systemToken",
        f"The server at {host_uri} does not accept the stack's system token: it would refuse "
        "every call of the platform.",
        "Give the server's processes the same CONNECTOR_KIT_SYSTEM_TOKEN, and restart them.",
        Weight.BREAKS,
    )


def ask(host_uri: str, token: str, question: Document) -> tuple[int, Any]:
    """Call a function of the server's; returns the status and the JSON of the answer, or None.

    Raises `requests.RequestException` when there is none.
    """
    headers = {"Authorization": f"Bearer {token}"}
    request = requests.Request("POST", f"{host_uri}/function", json=question, headers=headers)
    answer = _exchange(request, LOADING_SECONDS)
    try:
        return answer.status_code, answer.json()
    except ValueError:
        return answer.status_code, None


def _exchange(request: requests.Request, seconds: float) -> requests.Response:
    """Return the answer, whole and within *seconds*; raises `requests.RequestException`."""
    pool = Pool(size=1, largest=LARGEST)
    try:
        return pool.send(request.prepare(), timeout=(SECONDS, seconds), seconds=seconds)
    finally:
        pool.close()
