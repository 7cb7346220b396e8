"""System checks of the settings: what is set wrongly is said before anything runs."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004

from connector_kit import conf


@register
def settings_are_usable(**_options: Any) -> list[CheckMessage]:
    """Report every setting that cannot be used, with the way out."""
    kit, unusable = conf.read(settings.CONNECTOR_KIT)
    messages: list[CheckMessage] = [
        Error(each.message, hint=each.hint, id=each.id) for each in unusable
    ]
    if kit.is_public and not kit.secret_key:
        messages.append(_SECRET_KEY_MISSING)
    return messages


@register(Tags.security, deploy=True)
def settings_are_complete(**_options: Any) -> list[CheckMessage]:
    """Report what a server that the platform can reach should have been told."""
    kit, _ = conf.read(settings.CONNECTOR_KIT)
    wanted = (
        (kit.system_tokens, _SYSTEM_TOKEN_MISSING),
        (kit.is_public, _NOT_PUBLIC),
        (kit.encryption_keys, _ENCRYPTION_KEYS_MISSING),
    )
    return [message for given, message in wanted if not given]


_SECRET_KEY_MISSING = Error(
    "SECRET_KEY is not set, and CONNECTOR_KIT_HOST_URI is a public address.",
    hint="Set the same long random text for all processes of the server.",
    id="connector_kit.E220",
)
_SYSTEM_TOKEN_MISSING = Warning(
    "CONNECTOR_KIT_SYSTEM_TOKEN is not set: every call of integrator.io will be refused.",
    hint="Set the system token of the stack record.",
    id="connector_kit.W221",
)
_NOT_PUBLIC = Warning(
    "CONNECTOR_KIT_HOST_URI is no https address: cookies and tokens travel in the clear.",
    hint="Set the public address of this server, as it stands in the stack record.",
    id="connector_kit.W222",
)
_ENCRYPTION_KEYS_MISSING = Warning(
    "CONNECTOR_KIT_ENCRYPTION_KEYS is not set: the key for tokens of embedded accounts is the one "
    "in this machine's home folder, which no other machine has.",
    hint="Set a key for all processes of the server; 'manage.py embedded new-key' makes one. "
    "Without embedded accounts, silence this check.",
    id="connector_kit.W253",
)
