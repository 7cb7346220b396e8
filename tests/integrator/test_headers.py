"""What goes into a header is what was meant, or is refused before anything is sent."""

import pytest

from connector_kit.integrator.errors import NotFound, OutcomeUnknown, Refused, Unavailable
from tests.integrator.conftest import TOKEN
from tests.integrator.scripted import Dropped, Reply


@pytest.mark.parametrize(
    "words",
    [
        {"relative_uri": "/a\r\nX-Other: b"},
        {"record_type": "order\nX-Other: b"},
        {"record_type": "ümlaut"},
        {"record_type": ""},
        {"relative_uri": ""},
        {"netsuite_script": " customscript1"},
    ],
    ids=str,
)
def test_what_no_header_can_carry_is_refused(client, platform, words):
    platform.plays(Reply(200, b""))
    if words.get("relative_uri"):
        client.connections.proxy("64c1", "GET", **words)  # a line end is part of the address
        assert platform.received[0].headers["integrator-relative-uri"] == "/a%0D%0AX-Other:%20b"
        return

    with pytest.raises(ValueError, match="cannot be sent as Integrator-"):
        client.connections.proxy("64c1", "GET", **words)

    assert platform.received == []


def test_an_address_that_is_encoded_already_stays_as_it_is(client, platform):
    client.exports.invoke("64e1", relative_uri="/orders?since=2026-01-05T00%3A00&x[]=1")

    headers = platform.received[0].headers
    assert headers["integrator-relative-uri"] == "/orders?since=2026-01-05T00%3A00&x[]=1"


def test_headers_of_one_call_stay_with_it(client, platform):
    client.exports.invoke("64e1", record_type="order")
    client.exports.get("64e1")

    first, second = platform.received
    assert first.headers["integrator-record-type"] == "order"
    assert "integrator-record-type" not in second.headers
    assert first.headers["authorization"] == second.headers["authorization"] == f"Bearer {TOKEN}"


def test_a_read_through_the_proxy_is_repeated_and_a_write_is_not(client, platform):
    platform.plays(Dropped(), Reply(200, b"{}"))
    assert client.connections.proxy("64c1", "get", "/orders").json() == {}

    platform.plays(Dropped(), Reply(200, b"{}"))
    with pytest.raises(OutcomeUnknown):
        client.connections.proxy("64c1", "POST", "/orders", {"id": 1})


def test_the_application_s_refusal_has_its_status_and_its_words(client, platform):
    platform.plays(Reply(404, b"<h1>No such order</h1>"))

    with pytest.raises(NotFound, match="No such order"):
        client.connections.proxy("64c1", "GET", "/orders/7")


def test_pages_of_a_virtual_export_that_lead_in_circles_are_an_error(client, platform):
    platform.plays(Reply(200, {"data": [], "pagedExportState": {"done": False, "sig": "a"}}))
    pages = client.connections.export_pages("64c1", {})

    with pytest.raises(Refused, match="the same pagedExportState"):
        list(pages)

    assert len(platform.received) == 2


def test_an_answer_without_what_it_is_for_is_unavailable(client, platform):
    platform.plays(Reply(200, {}))

    with pytest.raises(Unavailable, match="has no systemToken"):
        client.stacks.system_token("64f0")


def test_a_preview_within_a_flow_needs_its_integration(client, platform):
    with pytest.raises(ValueError, match="integration_id"):
        client.exports.preview({}, flow_id="64f1")

    assert platform.received == []
