"""Where documents hold secrets, and that no declaration holds one literally."""

from functools import reduce

import pytest

from connector_kit import Connection, Connector, Export, Import
from connector_kit.adoption.residue import residue
from connector_kit.blueprint import DeclarationError, compile_connector
from connector_kit.blueprint.resources import TYPES
from connector_kit.blueprint.secrets import leads_to_secret, literal_secrets
from connector_kit.documents.redaction import redacted
from connector_kit.documents.walking import without
from connector_kit.integrator import redact
from connector_kit.plan.changes import FieldChange
from connector_kit.plan.sameness import MISSING

SECRETS = [(row.path, place) for row in TYPES.values() for place in sorted(row.secrets)]


def nested(path, value):
    for key in reversed(path.split(".")):
        value = {key: value}
    return value


@pytest.mark.parametrize(("resource", "path"), SECRETS)
def test_every_secret_of_the_platform_is_found(resource, path):
    deeper = f"{path}.x" if path.endswith("encrypted") else path

    assert list(literal_secrets(resource, nested(deeper, "sesame"))) == [deeper]
    assert not list(literal_secrets(resource, nested(deeper, "{{{connection.x}}}")))
    assert leads_to_secret(deeper.split("."))


def shown(resource, path, document):
    """Everywhere that a document's values are shown or kept, by the place."""
    steps = path.split(".")
    yield "pages", redacted(document)
    yield "records", redact(document)
    yield "a declaration", without(document, residue(resource, document))
    for length in range(1, len(steps) + 1):
        inner = reduce(lambda value, step: value[step], steps[:length], document)
        change = FieldChange(".".join(steps[:length]), MISSING, inner)
        yield "plans", (change.to_json(), repr(change))


@pytest.mark.parametrize(("resource", "path"), SECRETS)
def test_no_secret_of_the_platform_is_shown_or_kept(resource, path):
    deeper = f"{path}.x" if path.endswith(("encrypted", "queryParameters")) else path
    document = {"name": "It", **nested(deeper, "sesame")}

    leaking = [place for place, view in shown(resource, deeper, document) if "sesame" in str(view)]
    assert not leaking


HTTP = {"baseURI": "https://shop.example.com", "mediaType": "json"}
HEADER = {"name": "Authorization", "value": "Bearer sesame"}


@pytest.mark.parametrize(
    ("kind", "document", "path"),
    [
        (
            Connection,
            {**HTTP, "auth": {"basic": {"password": "sesame"}}},
            "http.auth.basic.password",
        ),
        (Connection, {**HTTP, "encrypted": {"a": "sesame"}}, "http.encrypted.a"),
        (Connection, {**HTTP, "unencrypted": {"api_key": "sesame"}}, "http.unencrypted.api_key"),
        (Connection, {**HTTP, "unencrypted": {"pin": 4711}}, "http.unencrypted.pin"),
        (Connection, {**HTTP, "headers": [HEADER]}, "http.headers[0].value"),
        (Connection, {**HTTP, "baseURI": "https://jo:sesame@shop.example.com"}, "http.baseURI"),
        (Export, {"relativeURI": "/orders?page=1&api_key=sesame"}, "http.relativeURI"),
        (Export, {"relativeURI": "https://shop.example.com?token=sesame"}, "http.relativeURI"),
        (Import, {"headers": [{"name": "X-API-Key", "value": "sesame"}]}, "http.headers[0].value"),
    ],
)
def test_a_secret_in_a_declaration_is_refused_by_component_and_field(kind, document, path):
    def declared():
        shop = Connection("Shop", type="http", http=HTTP)
        made = (
            Connection("It", type="http", http=document)
            if kind is Connection
            else kind("It", connection=shop, http=document)
        )
        body = {"name": "Leaky", "version": "1.0.0", "shop": shop, "it": made}
        return type(Connector)("Leaky", (Connector,), body)

    with pytest.raises(DeclarationError) as refused:
        compile_connector(declared())

    [problem] = [problem for problem in refused.value.problems if problem.id.endswith("E028")]
    assert problem.attribute == "it"
    assert problem.message.startswith(f"{path} ")
    assert "the customer enters it" in problem.hint
    assert "secret=True" in problem.hint
    assert "sesame" not in str(refused.value)


@pytest.mark.parametrize(
    "auth",
    [
        {"type": "token", "token": {"token": "{{{connection.http.encrypted.apiKey}}}"}},
        {"type": "token", "token": {"token": "", "headerName": "X-Token", "location": "header"}},
        {"type": "token", "token": {"token": "<your token>", "scheme": "Bearer"}},
        {"type": "basic", "basic": {"username": "jo"}},
    ],
)
def test_placeholders_are_no_secrets(auth):
    assert not list(
        literal_secrets("connections", {"name": "Shop", "http": {**HTTP, "auth": auth}})
    )


def test_a_sample_is_data():
    document = {"name": "Users", "sampleData": {"user": {"password": "sesame"}}}

    assert not list(literal_secrets("exports", document))
