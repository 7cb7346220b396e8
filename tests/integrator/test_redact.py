"""Documents without their secrets."""

import copy

import pytest

from connector_kit.integrator import redact

MASK = "******"


@pytest.mark.parametrize(
    ("document", "redacted"),
    [
        (
            {"http": {"auth": {"type": "token", "token": {"token": "abc", "location": "url"}}}},
            {"http": {"auth": {"type": "token", "token": {"token": MASK, "location": "url"}}}},
        ),
        ({"ftp": {"password": "abc", "port": 22}}, {"ftp": {"password": MASK, "port": 22}}),
        ({"wrapper": {"encrypted": {"pin": 1}}}, {"wrapper": {"encrypted": MASK}}),
        ({"http": {"encrypted": '{"pin": 1}'}}, {"http": {"encrypted": MASK}}),
        ({"webhook": {"key": "abc"}}, {"webhook": {"key": MASK}}),
        ({"lookups": [{"key": "kept"}]}, {"lookups": [{"key": "kept"}]}),
        (
            {"headers": [{"name": "X-Api-Key", "value": "abc"}, {"name": "Accept", "value": "b"}]},
            {"headers": [{"name": "X-Api-Key", "value": MASK}, {"name": "Accept", "value": "b"}]},
        ),
        ({"name": "token", "extract": "password"}, {"name": "token", "extract": "password"}),
        ({"password": "", "token": None}, {"password": "", "token": None}),
        ([{"server": {"systemToken": "abc"}}], [{"server": {"systemToken": MASK}}]),
        ("plain", "plain"),
    ],
    ids=str,
)
def test_secrets_are_masked_and_nothing_else(document, redacted):
    before = copy.deepcopy(document)

    assert redact(document) == redacted
    assert document == before


def test_redacting_twice_is_redacting_once():
    document = {"http": {"auth": {"basic": {"password": "abc"}}, "encrypted": {"a": 1}}}

    assert redact(redact(document)) == redact(document)
