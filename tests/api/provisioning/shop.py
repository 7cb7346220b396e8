"""A web shop: it signs what it sends."""

from __future__ import annotations

import base64
import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client
from standardwebhooks import Webhook

WEBHOOKS = "/api/provisioning/webhooks/"
SUBSCRIPTIONS = "/api/provisioning/subscriptions/"
BEGIN = datetime(2027, 1, 1, 12, tzinfo=UTC)


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


class Shop:
    """Sends webhooks signed with *secret*."""

    def __init__(self, client: Client, secret: str) -> None:
        self.client = client
        self.secret = secret

    def send(
        self,
        event_id: str,
        body: dict[str, Any] | bytes,
        *,
        ago: float = 0,
        secret: str | None = None,
        **headers: str,
    ) -> Any:
        """Send *body*, signed *ago* seconds ago; *headers* replace the right ones."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        moment = datetime.now(UTC) - timedelta(seconds=ago)
        signature = Webhook(secret or self.secret).sign(
            event_id, moment, sent.decode("utf-8", "replace")
        )
        right = {
            "webhook-id": event_id,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": signature,
        }
        given = {**right, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.post(
            WEBHOOKS, sent, content_type="application/json",
            headers={name: value for name, value in given.items() if value},
        )  # fmt: skip


def told(kind: str, day: int = 0, subscription: str = "sub_1", **data: Any) -> dict[str, Any]:
    """The body of a webhook: something that happened on that day."""
    moment = (BEGIN + timedelta(days=day)).isoformat()
    return {"type": kind, "timestamp": moment, "data": {"subscription": subscription, **data}}


def errors(answer: Any) -> list[tuple[str, str | None]]:
    """The codes and fields that are answered."""
    return [(error["code"], error.get("field")) for error in answer.json()["errors"]]
