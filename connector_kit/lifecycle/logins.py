"""Whether a connection can log in: the platform's ping, and what the customer has yet to enter."""

from __future__ import annotations

from contextlib import suppress

from connector_kit.blueprint.placeholders import not_entered
from connector_kit.integrator import Client
from connector_kit.integrator.errors import Forbidden


def login_problem(client: Client, connection_id: str) -> str:
    """Return why the connection cannot log in; empty if it can.

    A ping may succeed without having asked the application: a connection that shows a placeholder
    cannot log in in any case. Raises `NotFound` and `Forbidden` if the ping does.
    """
    ping = client.connections.ping(connection_id)
    if not ping.ok:
        return ping.explanation
    with suppress(Forbidden):
        if fields := not_entered(client.connections.get(connection_id)):
            return f"{', '.join(fields)} must still be entered"
    return ""
