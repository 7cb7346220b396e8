"""Tell the shop's own webhooks from forged, altered and replayed ones.

The scheme is Standard Webhooks': HMAC-SHA-256 over id, time and body; the library compares in
constant time and refuses signatures dated more than five minutes in the past or future.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from standardwebhooks import Webhook, WebhookVerificationError

HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
MOST_SIGNATURES = 10
"""The most signatures in one request: a sender has two while its secret is renewed."""
LONGEST_HEADER = 2000


class Unsigned(Exception):
    """The webhook is not the shop's, or too old; the message holds nothing of what was sent."""


def verify(body: bytes, headers: Mapping[str, str], secrets: Sequence[str]) -> str:
    """Return the event's id; raises `Unsigned` unless one of *secrets* signed *body* just now."""
    given = {name: headers.get(name, "") for name in HEADERS}
    if not secrets:
        raise Unsigned("Webhooks cannot be verified: CONNECTOR_KIT_WEBHOOK_SECRETS is not set.")
    _require_sound(given)
    reasons = [_reason(body, given, secret) for secret in secrets]  # all of them, always
    if None in reasons:
        return given["webhook-id"]
    raise Unsigned(str(reasons[0]))


def _require_sound(given: Mapping[str, str]) -> None:
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise Unsigned(f"The headers {', '.join(missing)} are missing.")
    is_long = any(len(value) > LONGEST_HEADER for value in given.values())
    if is_long or given["webhook-signature"].count(" ") >= MOST_SIGNATURES:
        raise Unsigned("The signature headers are too long.")


def _reason(body: bytes, given: Mapping[str, str], secret: str) -> str | None:
    """Return why *secret* did not sign it; None when it did."""
    try:
        Webhook(secret).verify(body, dict(given), json_parse=False)
    except WebhookVerificationError as error:
        return f"{error}. Check the server's clock and the secret on both sides."
    except ValueError:  # what is not base64, not UTF-8 or not "v1,<signature>"
        return "The signature cannot be read. It must be v1, followed by base64."
    return None
