"""The broker's transport: kombu's for Redis, fixed so that workers survive an absent Redis.

When its connection breaks, a worker closes the old one twice: first to collect what it held, which
stops at the first command that Redis does not answer, and then for good. By then the transport has
lost its connection, and kombu (5.7) fails where it would return messages: with ``AttributeError:
'NoneType' object has no attribute 'hostname'``, which no worker survives
(https://github.com/celery/kombu/issues/582). For the same reason, a task that ends afterward could
not be acknowledged, and would run again.
"""

from __future__ import annotations

from typing import Any

import redis
from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import redis as kombu_redis

from connector_kit import conf
from connector_kit.redis_address import connection_options

NAME = "kit-redis"
"""What Celery's setting ``broker_transport``, and its log, call this transport."""


class Channel(kombu_redis.Channel):
    """A channel that can be closed while Redis is away, and remembers how Redis is reached.

    It reads the address as all other code does (`connector_kit.redis_address`), TLS included.
    """

    _remembered: dict[str, Any] | None = None

    def close(self) -> None:
        """Close, and leave what cannot be given back to the visibility timeout."""
        try:
            super().close()
        except self.connection_errors:
            # Finish without sending anything to Redis, at the end of the process neither.
            self.closed = True
            self.do_restore = False
            self._disconnect_pools()
            self._close_clients()
            if self.connection is not None:
                self.connection.cycle.discard(self)
                self.connection.close_channel(self)

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        """Return how Redis is reached, also when the connection has been closed since."""
        is_closed = self.connection is None or self.connection.client is None
        if is_closed and self._remembered is not None:
            return dict(self._remembered)
        address = conf.kit().redis_url  # empty: the embedded one, which needs no options
        options = connection_options(address) if address else {}
        self.connection_class = options.pop("connection_class", redis.Connection)
        self._remembered = {**super()._connparams(), **options}
        return {**super()._connparams(asynchronous), **options}


class Transport(kombu_redis.Transport):
    """kombu's transport, with channels that can be closed while Redis is away."""

    Channel = Channel


TRANSPORT_ALIASES[NAME] = f"{__name__}:Transport"
