"""The client's address when proxies are in between: the only reader of ``X-Forwarded-For``.

Every proxy appends the address that the request came from. So only the end of the header can be
trusted, as far as trusted proxies wrote it; the client can make up everything before that.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_PREFIX = 64
"""Bits of an IPv6 address that identify a network: its owner has all addresses below it."""


@dataclass(frozen=True)
class Proxies:
    """The proxies in front of the server: how many, or in which networks. Without either, none."""

    count: int = 0
    networks: tuple[Network, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.count or self.networks)

    def __str__(self) -> str:
        return ",".join(map(str, self.networks)) or str(self.count or "")

    def trusts(self, peer: str) -> bool:
        """Whether *peer* may be one of the proxies."""
        if not self.networks:
            return self.count > 0
        address = _address(peer)
        return address is not None and any(address in network for network in self.networks)

    def client_of(self, peer: str, forwarded: str) -> str:
        """Return the client: *peer*, or the one that proxies name in *forwarded*."""
        hops = [hop for hop in forwarded.split(",") if hop.strip()]
        if not self.networks:
            named = hops[-min(self.count, len(hops))] if self.count and hops else peer
            return _text(named) or peer
        client = _text(peer) or peer
        while hops and self.trusts(client):
            named = _text(hops.pop())
            if not named:
                break
            client = named
        return client


NO_PROXIES = Proxies()


def counted(address: str) -> str:
    """Return under which address *address* is counted: IPv6 by its /64 network; "" for none."""
    found = _address(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((int(found), _PREFIX), strict=False).network_address)
    return str(found or "")


def _text(written: str) -> str:
    return str(_address(written) or "")


def _address(written: str) -> Address | None:
    """Return the address in *written*, which may have a port; None where there is none."""
    host = written.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        found = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
