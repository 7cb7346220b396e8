"""System checks of the settings: wrong settings are reported before anything runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004

from connector_kit import conf, local_redis
from connector_kit.blueprint.problems import did_you_mean

SHORTEST_SECRET = 20
"""Characters of a token or key that cannot be guessed; fewer, or few different ones, are weak."""
_FEWEST_DIFFERENT = 10


@register
def settings_are_usable(**_options: Any) -> list[CheckMessage]:
    """Report every setting that cannot be used, with the way out."""
    kit, unusable = conf.read(settings.CONNECTOR_KIT)
    messages: list[CheckMessage] = [
        Error(problem.message, hint=problem.hint, id=problem.id) for problem in unusable
    ]
    if kit.is_public and not kit.secret_key:
        messages.append(_SECRET_KEY_MISSING)
    messages += map(_unknown, sorted(unknown_variables(os.environ)))
    if not kit.redis_url:
        try:
            local_redis.redis_server()
        except local_redis.LocalRedisError as error:
            messages.append(Warning(str(error), id="connector_kit.W271"))
    return messages


def _unknown(name: str) -> CheckMessage:
    near = did_you_mean(name, conf.names())
    hint = f"{near}See docs/settings.md for all settings."
    return Warning(
        f"{name} is not a setting; nothing reads it.", hint=hint, id="connector_kit.W272"
    )


def unknown_variables(environment: Iterable[str]) -> set[str]:
    """Those of the names in *environment* that look like the kit's settings, and are none."""
    ours = {name for name in environment if name.startswith("CONNECTOR_KIT_")}
    return ours - conf.names()


@register(Tags.security, deploy=True)
def settings_are_complete(**_options: Any) -> list[CheckMessage]:
    """Report settings that a server needs once the platform can reach it."""
    kit, _ = conf.read(settings.CONNECTOR_KIT)
    return [warning for is_wrong, warning in DEPLOYMENT if is_wrong(kit)]


def _is_weak(secret: str) -> bool:
    return len(secret) < SHORTEST_SECRET or len(set(secret)) < _FEWEST_DIFFERENT


def _is_in_the_clear(address: str) -> bool:
    """Whether what is sent to *address* crosses a network without TLS."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        is_this_machine = ip_address(host).is_loopback
    except ValueError:
        is_this_machine = host == "localhost"
    return parts.scheme == "http" and not is_this_machine


_SECRET_KEY_MISSING = Error(
    "SECRET_KEY is not set, and CONNECTOR_KIT_HOST_URI is a public address.",
    hint="Set the same long random text for all processes of the server.",
    id="connector_kit.E220",
)

DEPLOYMENT: tuple[tuple[Callable[[conf.Settings], bool], Warning], ...] = (
    (
        lambda kit: bool(kit.secret_key) and _is_weak(kit.secret_key),
        Warning(
            "SECRET_KEY is weak: it signs sessions and links and could be guessed.",
            hint="Set 50 random characters: python -c 'import secrets; "
            "print(secrets.token_urlsafe(50))'.",
            id="connector_kit.W203",
        ),
    ),
    (
        lambda kit: "*" in kit.allowed_hosts,
        Warning(
            "ALLOWED_HOSTS contains *: the pages respond to any host name, including forged ones.",
            hint="List the hosts. The host of CONNECTOR_KIT_HOST_URI is always allowed.",
            id="connector_kit.W204",
        ),
    ),
    (
        lambda kit: not kit.database_url or kit.database_url.startswith("sqlite"),
        Warning(
            "DATABASE_URL is an SQLite file: other machines cannot use it, and writes wait for "
            "each other.",
            hint="Set postgresql://user:password@host/name.",
            id="connector_kit.W205",
        ),
    ),
    (
        lambda kit: not kit.redis_url,
        Warning(
            "REDIS_URL is not set: each machine starts a Redis of its own, so queues, rate limits "
            "and counts are not shared.",
            hint="Set the address of one Redis for all processes of the server.",
            id="connector_kit.W206",
        ),
    ),
    (
        lambda kit: _is_in_the_clear(kit.base_url),
        Warning(
            "CONNECTOR_KIT_BASE_URL is not an https address: API tokens are sent unencrypted.",
            hint="Set an https address, or remove the variable to use the region's.",
            id="connector_kit.W209",
        ),
    ),
    (
        lambda kit: any(_is_weak(token) for token in kit.system_tokens),
        Warning(
            "CONNECTOR_KIT_SYSTEM_TOKEN contains a weak token: anyone who guesses it can call "
            "functions.",
            hint=f"Set at least {SHORTEST_SECRET} random characters in the stack record and here. "
            "While you rotate the token, list both, separated by commas.",
            id="connector_kit.W211",
        ),
    ),
    (
        lambda kit: not kit.system_tokens,
        Warning(
            "CONNECTOR_KIT_SYSTEM_TOKEN is not set: every call from integrator.io will be refused.",
            hint="Set the system token of the stack record.",
            id="connector_kit.W221",
        ),
    ),
    (
        lambda kit: not kit.is_public,
        Warning(
            "CONNECTOR_KIT_HOST_URI is not an https address: cookies and tokens are sent "
            "unencrypted.",
            hint="Set the public address of this server, as in the stack record.",
            id="connector_kit.W222",
        ),
    ),
    (
        lambda kit: not kit.isolation,
        Warning(
            "CONNECTOR_KIT_ISOLATION is off: a function that hangs or crashes also stops the "
            "server.",
            hint="Remove the variable, or set it to 1.",
            id="connector_kit.W230",
        ),
    ),
    (
        lambda kit: not kit.encryption_keys,
        Warning(
            "CONNECTOR_KIT_ENCRYPTION_KEYS is not set: secret settings and tokens of embedded "
            "accounts are encrypted with the key in this machine's home folder, which other "
            "machines do not have.",
            hint="Set a key for all processes of the server; 'connector-kit embedded new-key' "
            "generates one. On a single machine with a permanent home folder, silence this "
            "check.",
            id="connector_kit.W253",
        ),
    ),
    (
        lambda kit: kit.is_public and not kit.trusted_proxies,
        Warning(
            "CONNECTOR_KIT_TRUSTED_PROXIES is not set, but a proxy terminates https for this "
            "server: all clients count as one address, the proxy's.",
            hint="Set the proxies' networks (10.0.0.0/8), or the number of proxies in a row.",
            id="connector_kit.W254",
        ),
    ),
    (
        lambda kit: bool(kit.license_policies) and not kit.webhook_secrets,
        Warning(
            "CONNECTOR_KIT_LICENSE_POLICIES is set but CONNECTOR_KIT_WEBHOOK_SECRETS is not: "
            "every shop webhook will be refused.",
            hint="Set the shop's secret. Without a shop, silence this check.",
            id="connector_kit.W263",
        ),
    ),
)
"""What a server that others can reach should not do, each with its warning."""
