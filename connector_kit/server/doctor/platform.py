"""The publisher's account: whether the token opens it, and what its records say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

import requests

from connector_kit.conf import kit
from connector_kit.integrator import Client, Deadline, Pool
from connector_kit.integrator.errors import IntegratorError, NotFound, Unauthorized
from connector_kit.models import Connector
from connector_kit.publisher import reach
from connector_kit.server.doctor.clocks import compare_clocks, read_date
from connector_kit.server.doctor.findings import Finding, broken, ok, unchecked, warning

PATIENCE = 10.0
"""Seconds in which the platform has to answer."""


def examine_platform() -> Iterator[Finding]:
    """Yield whether the API can be reached, and whether its clock and this machine's agree."""
    api = kit().api_base_url
    request = requests.Request("GET", f"{api}/tokenInfo")
    with closing(Pool(size=1)) as pool:
        try:
            answer = pool.send(request.prepare(), timeout=(5, PATIENCE), seconds=PATIENCE)
        except requests.RequestException as error:
            yield broken(
                "platform",
                "platform_unreachable",
                f"{api} cannot be reached from here ({type(error).__name__}).",
                "Check the network and its proxies, CONNECTOR_KIT_REGION, and "
                "CONNECTOR_KIT_BASE_URL. A sandbox must be running: 'connector-kit sandbox'.",
            )
            return
    yield ok("platform", f"{api} can be reached.")
    if there := read_date(answer.headers.get("Date")):
        yield compare_clocks("the platform", there, datetime.now(UTC))


def examine_token(*, can_ask: bool) -> Iterator[Finding]:
    """Yield whose the publisher's token is, or why it opens nothing.

    *can_ask* tells whether the platform can be reached.
    """
    settings = kit()
    if not settings.token:
        yield broken(
            "token",
            "no_publisher_token",
            "CONNECTOR_KIT_TOKEN is not set.",
            "Create an API token in integrator.io (Resources > API tokens) and set the variable. "
            "A sandbox prints one when it starts; 'connector-kit dev' brings its own.",
        )
        return
    if not can_ask:
        yield unchecked("token", "the platform cannot be reached")
        return
    try:
        with _client() as client:
            info = client.token_info()
    except Unauthorized:
        yield broken(
            "token",
            "token_refused",
            f"{settings.api_base_url} does not accept CONNECTOR_KIT_TOKEN.",
            "It may have expired, or belong to another region (CONNECTOR_KIT_REGION). Create a "
            "new one in integrator.io (Resources > API tokens).",
        )
    except IntegratorError as error:
        yield broken("token", "token_unchecked", f"The token cannot be checked: {error}", "")
    else:
        yield ok("token", f"The token belongs to user {info['_userId']}, scope {info['scope']}.")


def examine_records(connectors: list[Connector]) -> Iterator[Finding]:
    """Yield how the platform's records of each connector and its stack stand."""
    host_uri = kit().host_uri
    with _client() as client:
        for connector in connectors:
            try:
                client.connectors.get(str(connector.connector_id))
                stack = client.stacks.get(connector.stack_id) if connector.stack_id else None
            except NotFound:
                yield broken(
                    "records",
                    "record_missing",
                    f"{connector.slug} is published as {connector.connector_id}, which this "
                    "account does not have.",
                    "Check that CONNECTOR_KIT_TOKEN belongs to the account that published it. If "
                    "the record was deleted, see 'connector-kit help publish', --new-records.",
                )
                continue
            except IntegratorError as error:
                yield broken("records", "record_unread", f"{connector.slug}: {error}", "")
                continue
            there = ((stack or {}).get("server") or {}).get("hostURI") or host_uri
            if there.rstrip("/") != host_uri.rstrip("/"):
                yield broken(
                    "records",
                    "host_uri_differs",
                    f"integrator.io calls {connector.slug} at {there}, but CONNECTOR_KIT_HOST_URI "
                    f"is {host_uri}.",
                    f"Correct the setting, or write it to the stack record: 'connector-kit publish "
                    f"{connector.slug}'.",
                )
            else:
                yield ok("records", f"integrator.io calls {connector.slug} at {there}.")


def examine_host_uri() -> Iterator[Finding]:
    """Yield whether the platform can reach the address of this server, by the address alone."""
    settings = kit()
    host_uri, api = settings.host_uri, settings.api_base_url
    if is_private(host_uri) and not is_private(api):
        yield broken(
            "host_uri",
            "host_uri_private",
            f"integrator.io cannot reach {host_uri}: the address is valid on this machine or "
            "network only.",
            "Set CONNECTOR_KIT_HOST_URI to an https address that leads here from the internet, "
            "by a proxy or a tunnel; or try it in the sandbox: 'connector-kit dev'.",
        )
        return
    for objection in reach.insecure(host_uri, api=api):
        yield warning("host_uri", objection.code, objection.message, objection.hint)


def is_private(address: str) -> bool:
    """Whether *address* leads somewhere on this machine or in this network only."""
    host = urlsplit(address).hostname or ""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host == "localhost" or "." not in host or host.endswith((".localhost", ".local"))


def _client() -> Client:
    settings = kit()
    return Client(settings.token, base_url=settings.api_base_url, deadline=Deadline.after(PATIENCE))
