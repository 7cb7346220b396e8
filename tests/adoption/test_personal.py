"""Adoption leaves samples behind, and names what may be personal in all that it carries over."""

import json
import time

import pytest

from connector_kit.adoption import adopt, unpack
from connector_kit.adoption.personal import (
    ACCOUNT,
    ACCOUNT_INSIDE,
    EMAIL,
    HOST,
    LOGIN,
    PERSON,
    PHONE,
    personal,
)
from connector_kit.adoption.residue import samples
from tests.adoption.downloads import small, small_files

RECORD = {
    "buyer": {"firstName": "Jo", "email": "jo@example.com", "phone": 15551234567},
    "note": "call +1 (555) 010-0199 after six",
    "total": "1234567890.25",
    "day": "2026-11-30T10:00:00.000Z",
}
OUTPUT = {"page_of_records": [{"record": RECORD}]}


@pytest.fixture
def download():
    [first, *others] = small()["exports"]
    sampled = {**first, "mockOutput": OUTPUT, "sampleData": "jo@example.com,+49 30 901820"}
    return unpack(small_files(exports=[sampled, *others]))


def test_samples_are_left_out_counted_and_named(download):
    adoption = adopt(download)

    [export] = [
        component for component in adoption.outline.components if component.external_id == "orders"
    ]
    assert not {"mockOutput", "sampleData"} & export.document.keys()
    assert adoption.samples_left_out == 2
    left_out = {(remark.component, remark.path) for remark in adoption.left_out}
    assert {("orders", "mockOutput"), ("orders", "sampleData")} <= left_out
    assert "orders" not in {remark.component for remark in adoption.personal}


def test_samples_are_kept_when_the_author_says_so_and_what_is_in_them_is_named(download):
    adoption = adopt(download, keep_samples=True)

    [export] = [
        component for component in adoption.outline.components if component.external_id == "orders"
    ]
    assert export.document["mockOutput"] == OUTPUT
    assert adoption.samples_left_out == 0
    record = "mockOutput.page_of_records[0].record"
    named = [remark for remark in adoption.personal if remark.component == "orders"]
    assert {(remark.path, remark.reason) for remark in named} == {
        (f"{record}.buyer.firstName", PERSON),
        (f"{record}.buyer.email", EMAIL),
        (f"{record}.buyer.phone", PHONE),
        (f"{record}.note", PHONE),
        ("sampleData", EMAIL),
        ("sampleData", PHONE),
    }
    assert all(remark.place.startswith("exports/Orders-") for remark in named)


@pytest.mark.parametrize(
    ("document", "places"),
    [
        ({"mockOutput": {"a": 1}}, ["mockOutput"]),
        ({"sampleData": "a,b", "sampleHeaders": [{"name": "a"}]}, ["sampleData", "sampleHeaders"]),
        ({"mockResponse": [1], "sampleResponseData": "x"}, ["mockResponse", "sampleResponseData"]),
        ({"input": {"mockInput": 1}, "output": {"mockInput": 1}},
         ["input.mockInput", "output.mockInput"]),
        ({"builder": {"request": {"mockRequest": {"body": 1}}}}, ["builder.request.mockRequest"]),
        ({"file": {"xml": {"pathSamples": ["a"]}}}, ["file.xml.pathSamples"]),
        ({"mockOutput": None, "sampleData": "", "sampleHeaders": []}, []),
        ({"settings": {"sampleData": 1}, "lookups": [{"map": {"mockOutput": "x"}}]}, []),
    ],
)  # fmt: skip
def test_a_sample_is(document, places):
    assert [".".join(map(str, path)) for path in samples(document)] == places


@pytest.mark.parametrize(
    ("document", "findings"),
    [
        ({"netsuite": {"account": "TSTDRV123", "email": "jo@example.com"}},
         {("netsuite.account", ACCOUNT), ("netsuite.email", LOGIN)}),
        ({"netsuite": {"accountName": "Acme Inc"}}, {("netsuite.accountName", ACCOUNT)}),
        ({"http": {"baseURI": "https://acme.zendesk.example.com"}}, {("http.baseURI", HOST)}),
        ({"http": {"baseURI": "https://api.example.com/v1"}}, set()),
        ({"http": {"baseURI": "https://{{{connection.settings.shop}}}.example.com"}}, set()),
        ({"ftp": {"hostURI": "ftp.acme.example.com", "username": "jo"}},
         {("ftp.hostURI", HOST), ("ftp.username", LOGIN)}),
        ({"http": {"baseURI": "https://API.example.com"}}, set()),
        ({"http": {"baseURI": "https://[acme"}}, {("http.baseURI", HOST)}),
        ({"http": {"baseURI": "/relative"}}, set()),
        ({"netsuite": {"account": 1234567}}, {("netsuite.account", ACCOUNT)}),
        ({"mongodb": {"host": ["db1.example.com"]}}, {("mongodb.host", HOST)}),
        ({"http": {"auth": {"basic": {"username": "{{{user}}}"}}}}, set()),
    ],
)  # fmt: skip
def test_of_a_connection_is_named(document, findings):
    found = personal("connections", document, frozenset())

    assert {(".".join(map(str, path)), reason) for path, reason in found} == findings


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("mail jo.smith+test@mail.example.com", EMAIL),
        ("+49 30 901820", PHONE),
        ("(555) 010-0199", PHONE),
        ("https://1234567-sb1.suitetalk.api.netsuite.com/x", ACCOUNT_INSIDE),
        ("the file of TSTDRV123", ACCOUNT_INSIDE),
        ("TSTDRV1234", None),
        ("2026-11-30", None),
        ("1234567890123", None),
        ("{{record.email}}", None),
        ("? 0 2 ? * *", None),
        ("10.0.0.1", None),
    ],
)
def test_a_text_is_suspected_of(text, reason):
    found = [reason for _, reason in personal("exports", {"a": text}, {"TSTDRV123"})]

    assert found == ([reason] if reason else [])


@pytest.mark.parametrize("text", ["a" * 300_000 + "@", "12345." * 100_000, "+1 " * 200_000])
def test_a_large_sample_is_searched_in_a_moment(text):
    began = time.process_time()

    assert list(personal("exports", {"sampleData": text}, {"TSTDRV123"})) == []
    assert time.process_time() - began < 5


def test_the_id_of_an_account_is_found_in_other_components():
    connections = [
        {**small()["connections"][0], "type": "netsuite", "netsuite": {"account": "TSTDRV123"}}
    ]
    exports = [{**small()["exports"][0], "description": "from TSTDRV123"}, small()["exports"][1]]

    adoption = adopt(unpack(small_files(connections=connections, exports=exports)))

    found = {(remark.path, remark.reason) for remark in adoption.personal}
    assert ("description", ACCOUNT_INSIDE) in found
    assert ("netsuite.account", ACCOUNT) in found


def test_the_id_of_an_account_is_found_in_the_integrations_own_description():
    netsuite = {**small()["connections"][0], "type": "netsuite", "netsuite": {"account": "TD1234"}}
    files = small_files(connections=[netsuite])
    integration = json.loads(files["integration.json"])
    files["integration.json"] = json.dumps({**integration, "description": "of TD1234"}).encode()

    remarks = [item for item in adopt(unpack(files)).personal if item.component == "@integration"]

    assert [(item.path, item.reason) for item in remarks] == [("description", ACCOUNT_INSIDE)]
