"""The mask that the platform shows instead of a secret is never sent to a connection."""

import pytest

from connector_kit.integrator import Client, NoThrottle
from connector_kit.integrator.errors import Refused

MASKED = {"name": "Shop", "type": "ftp", "ftp": {"username": "jo", "password": "******"}}


@pytest.mark.parametrize("method", ["create", "update"])
def test_a_masked_connection_is_refused_before_anything_is_sent(method):
    with Client("token", base_url="http://127.0.0.1:1", throttle=NoThrottle()) as client:
        arguments = ("64a1f0c2b3d4e5f607182901",) if method == "update" else ()

        with pytest.raises(Refused, match="Nothing was sent"):
            getattr(client.connections, method)(*arguments, MASKED)
