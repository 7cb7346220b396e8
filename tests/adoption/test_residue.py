"""What is left out of a document: never less than every secret, and nothing without a reason."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit.adoption import adopt, unpack
from connector_kit.adoption.download import AdoptionError
from connector_kit.adoption.residue import has_secret_inside, residue
from connector_kit.adoption.source import package
from connector_kit.documents import MASK
from connector_kit.documents.walking import at, dotted, without
from tests.adoption.downloads import ORDERS, SHOP, small, small_files
from tests.adoption.strategies import downloads, patient

SECRET = "open-sesame"

MARKED = [
    *("http.auth.basic.password", "http.auth.token.token", "http.auth.token.refreshToken"),
    *("http.auth.oauth.clientSecret", "http.auth.oauth.password", "http.encrypted"),
    *("rest.bearerToken", "rest.refreshToken", "rest.basicAuth.password", "rest.encrypted"),
    *("netsuite.tokenId", "netsuite.tokenSecret", "netsuite.password"),
    *("salesforce.bearerToken", "salesforce.refreshToken", "ftp.password", "ftp.authKey"),
    *("s3.secretAccessKey", "rdbms.password", "rdbms.bigquery.privateKey", "mongodb.password"),
    "wrapper.encrypted",
]
"""protocol/resources.md#connection, marked with a key."""

UNLISTED = [
    *("jdbc.password", "as2.signingKey", "dynamodb.aws.secretAccessKey", "pgp.passphrase"),
    *(
        "http.auth.oauth.oauth1.consumerSecret",
        "http.unencrypted.api_key",
        "http.auth.token.x.token",
    ),
    *("http.clientCertificates.pfx", "ssl.key", "redshift.aws.client-secret", "new.accessToken"),
]


def nested(path, value):
    for key in reversed(path.split(".")):
        value = {key: value}
    return value


def left(resource, document):
    return without(document, residue(resource, document))


@pytest.mark.parametrize("path", [*MARKED, *UNLISTED])
@pytest.mark.parametrize("value", [SECRET, 4711, MASK])
def test_a_connections_secrets_are_left_out(path, value):
    document = {"name": "Shop", **nested(path, value)}

    assert at(left("connections", document), tuple(path.split("."))) is None


@pytest.mark.parametrize("path", [name for name in MARKED if name.endswith("encrypted")])
def test_a_connections_secrets_are_left_out_with_all_they_hold(path):
    assert SECRET not in json.dumps(left("connections", nested(path, {"user": SECRET})))


@pytest.mark.parametrize(
    "path", ["webhook.token", "webhook.key", "webhook.password", "distributed.bearerToken"]
)
def test_an_exports_secrets_are_left_out(path):
    assert SECRET not in json.dumps(left("exports", nested(path, SECRET)))


@pytest.mark.parametrize("resource", ["connections", "exports", "imports"])
@pytest.mark.parametrize(
    "name",
    ["Authorization", "X-API-Key", "api_key", "X-Shop-Access-Token", "Cookie", "x-secret", "token"],
)
def test_secret_headers_are_left_out(resource, name):
    document = {
        "http": {"headers": [{"name": "Accept", "value": "*/*"}, {"name": name, "value": SECRET}]}
    }

    assert left(resource, document) == {
        "http": {"headers": [{"name": "Accept", "value": "*/*"}, {"name": name}]}
    }


def test_the_headers_of_a_sample_are_searched_as_well():
    document = {"sampleHeaders": [{"name": "authorization", "value": SECRET}]}

    assert left("exports", document) == {"sampleHeaders": [{"name": "authorization"}]}


@pytest.mark.parametrize(
    "value", ["{{{connection.http.token.token}}}", "****", "", "Bearer {{access}}"]
)
def test_what_holds_no_secret_stays(value):
    headers = {"http": {"headers": [{"name": "Authorization", "value": value}]}}
    ours = {"http": {"auth": {"oauth": {"tokenURI": "https://x.example.com", "scope": ["token"]}}}}

    assert left("connections", headers) == headers
    assert left("connections", ours) == ours


def test_a_mask_is_left_out_wherever_it_stands():
    document = {"name": "x", "http": {"body": ["a", MASK]}, "mockOutput": {"a": MASK}}

    assert left("imports", document) == {
        "name": "x",
        "http": {"body": ["a"]},
        "mockOutput": {"a": MASK},
    }


def test_the_servers_and_the_accounts_fields_are_left_out():
    document = {
        "name": "Sync",
        "_id": "1",
        "lastModified": "x",
        "_integrationId": "2",
        "sandbox": True,
        "pageGenerators": [{"_id": "3", "_exportId": "4"}],
    }

    assert left("flows", document) == {"name": "Sync", "pageGenerators": [{"_exportId": "4"}]}


def test_an_export_is_never_synchronous():
    assert left("exports", {"asynchronous": False}) == {}
    assert left("exports", {"asynchronous": True}) == {"asynchronous": True}


@pytest.mark.parametrize(
    ("text", "holds_one"),
    [
        ("https://x.example.com/orders?api_key=abc", True),
        ("https://me:abc@x.example.com", True),
        ("/orders?access_token={{token}}", False),
        ("https://x.example.com:8080/a@b?tokens=1", False),
    ],
)
def test_a_secret_inside_an_address_is_noticed(text, holds_one):
    assert has_secret_inside(text) is holds_one


def test_a_secret_that_cannot_be_left_out_is_pointed_at():
    export = {**small()["exports"][0], "http": {"relativeURI": "/orders?api_key=abc"}}

    [note] = adopt(unpack(small_files(exports=[export]))).notes

    assert (note.component, note.path) == ("orders", "http.relativeURI")
    assert "secret" in note.reason


@patient
@given(downloads(), st.data())
def test_nothing_secret_ends_in_the_package(download, data):
    """Whatever else a connection holds: a value put where a secret belongs is not in any file."""
    secret = "sesame" + data.draw(st.text("abc", min_size=4))
    path = data.draw(st.sampled_from([name for name in MARKED if not name.endswith("encrypted")]))
    connection = {
        "_id": "64a1f0c2b3d4aaaa00000001",
        "name": "Vault",
        "type": path.split(".")[0],
        **nested(path, secret),
    }
    connection.setdefault("http", {}).setdefault(
        "headers", [{"name": "X-Api-Key", "value": secret}]
    )
    connection["http"] |= {"baseURI": "https://x.example.com", "mediaType": "json"}
    kinds = {item.resource: [] for item in download.found}
    for item in download.found:
        kinds[item.resource].append({**item.document, "_id": item.id})
    vault = [*kinds.pop("connections", []), connection]
    files = small_files(**{**{folder: [] for folder in small()}, **kinds, "connections": vault})

    adoption = adopt(unpack(files))

    written = package(adoption.outline)
    assert not [path for path, content in written.items() if secret.encode() in content]
    listed = [remark.path for remark in adoption.left_out if remark.component == "vault"]
    assert path in listed
    assert "http.headers[0].value" in listed


@patient
@given(downloads())
def test_everything_that_is_missing_is_listed_with_its_reason(download):
    """A component is the document less what is listed, and nothing else is gone."""
    try:
        adoption = adopt(download)
    except AdoptionError:
        return
    by_place = {item.place: item for item in download.found}
    listed = {(remark.place, remark.path) for remark in adoption.left_out}
    assert all(remark.reason and remark.place for remark in adoption.left_out)
    for place, found in by_place.items():
        gone = {path for where, path in listed if where == place}
        if "" in gone:
            continue
        for path in residue(found.resource, found.document):
            if dotted(path) != "externalId":
                assert dotted(path) in gone


def test_secrets_are_listed_with_component_path_and_file():
    remarks = adopt(unpack(small_files())).left_out

    [password] = [remark for remark in remarks if remark.path == "http.auth.basic.password"]
    assert password.component == "shop"
    assert "secret" in password.reason
    assert password.place == f"connections/Shop-{SHOP}.json"
    assert ("orders", "apiIdentifier") in [(remark.component, remark.path) for remark in remarks]
    assert ORDERS in [remark.place[-29:-5] for remark in remarks]
