"""Whose request it is: the peer's own, or whom trusted proxies name."""

import pytest

from connector_kit import parsing
from connector_kit.client_address import NO_PROXIES, counted

CLIENT, PROXY, INNER = "203.0.113.9", "10.0.0.1", "10.0.0.2"


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "client"),
    [
        ("", PROXY, "198.51.100.1", PROXY),
        ("1", PROXY, CLIENT, CLIENT),
        ("1", PROXY, f"198.51.100.1, {CLIENT}", CLIENT),
        ("2", INNER, f"198.51.100.1, {CLIENT}, {PROXY}", CLIENT),
        ("2", INNER, CLIENT, CLIENT),
        ("1", PROXY, "", PROXY),
        ("1", PROXY, "no address", PROXY),
        ("10.0.0.0/8", PROXY, CLIENT, CLIENT),
        ("10.0.0.0/8", INNER, f"198.51.100.1, {CLIENT}, {PROXY}", CLIENT),
        ("10.0.0.0/8", CLIENT, "198.51.100.1", CLIENT),
        ("10.0.0.0/8", PROXY, "unknown", PROXY),
        ("10.0.0.0/8", INNER, f"unknown, {PROXY}", PROXY),
        ("10.0.0.1,fd00::/8", "fd00::1", f"{CLIENT}, {PROXY}", CLIENT),
        ("10.0.0.0/8", "::ffff:10.0.0.1", CLIENT, CLIENT),
        ("1", PROXY, f"{CLIENT}:51312", CLIENT),
        ("1", PROXY, "[2001:db8::7]:443", "2001:db8::7"),
    ],
)
def test_only_what_trusted_proxies_wrote_counts(proxies, peer, forwarded, client):
    assert parsing.proxies(proxies).client_of(peer, forwarded) == client


@pytest.mark.parametrize(
    "word", ["-1", "17", "many", "10.0.0.0/33", "1,10.0.0.0/8", "host.example.com"]
)
def test_what_names_no_proxies_is_refused_with_the_way_out(word):
    with pytest.raises(ValueError, match=r"10\.0\.0\.0/8"):
        parsing.proxies(word)


def test_nobody_is_trusted_by_default():
    assert parsing.proxies("0") == NO_PROXIES


@pytest.mark.parametrize(
    ("address", "key"),
    [
        (CLIENT, CLIENT),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::"),
        ("::ffff:203.0.113.9", CLIENT),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_of_the_newer_protocol_a_whole_network_counts_as_one(address, key):
    assert counted(address) == key
