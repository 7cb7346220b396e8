"""Framework 2.0: the edition of an installation that the platform copied (U19)."""

import pytest

from connector_kit.models import Connector, Operation
from tests.lifecycle.fixtures import FAR, Customer

SOLD = "tests.lifecycle.sold:Sold"
STANDARD = {"shop", "orders", "save", "sync"}


@pytest.fixture
def source(shop):
    """The publisher's source integration: the components that everybody has."""
    shop.publish(SOLD)

    def make(resource, **fields):
        return shop.platform.call("POST", f"/{resource}", fields)["_id"]

    integration = make("integrations", name="Source", version="1.0.0")
    own = {"_integrationId": integration}
    http = {"baseURI": "https://shop.example.com", "mediaType": "json", "auth": {"type": "basic"}}
    shop_id = make("connections", name="Shop", type="http", http=http, externalId="shop", **own)
    get = {"relativeURI": "/orders", "method": "GET"}
    orders = make(
        "exports", name="Orders", _connectionId=shop_id, http=get, externalId="orders", **own
    )
    post = {"relativeURI": ["/save"], "method": ["POST"]}
    save = make("imports", name="Save", _connectionId=shop_id, http=post, externalId="save", **own)
    steps = [{"type": "import", "_importId": save}]
    make(
        "flows",
        name="Sync",
        externalId="sync",
        pageGenerators=[{"_exportId": orders}],
        pageProcessors=steps,
        **own,
    )
    return integration


@pytest.fixture
def listing(shop, source):
    """A listing of framework 2.0 for the connector, with its editions."""
    editions = [
        {"displayName": "Standard", "order": 1},
        {"displayName": "Premium", "order": 2},
        {"displayName": "Gold", "order": 3},
    ]
    change = {"function": "changeEdition"}
    own = {"_integrationId": source, "editions": editions, "changeEdition": change}
    body = {
        "name": "Sold in editions",
        "framework": "twoDotZero",
        "twoDotZero": own,
        "_stackId": shop.connector.stack_id,
    }
    made = shop.platform.call("POST", "/connectors", body)
    Connector.objects.filter(pk=shop.connector.pk).update(connector_id=made["_id"])
    shop.connector.refresh_from_db()
    return made


@pytest.fixture
def ids(listing):
    return {edition["displayName"]: edition["_id"] for edition in listing["twoDotZero"]["editions"]}


@pytest.fixture
def buyer(shop, listing, ids):
    """A customer of the standard edition."""
    buyer = Customer(shop.platform, 0)
    path = f"/connectors/{listing['_id']}"
    granted = {"email": buyer.account.email, "expires": FAR, "_editionId": ids["Standard"]}
    shop.platform.call("POST", f"{path}/licenses", granted)
    buyer.do("POST", f"{path}/install", {"newTemplateInstaller": True})
    [buyer.integration_id] = buyer.integration_ids()
    http = {"baseURI": "https://mine.example.com", "mediaType": "json"}
    connection = {"name": "Shop", "type": "http", "http": http, "externalId": "shop"}
    for step in buyer.do("GET", f"{buyer.home}/installSteps"):
        is_connection = step["type"] == "connection"
        body = {"connection": connection} if is_connection else {}
        buyer.do("POST", f"{buyer.home}/installSteps", body)
    return buyer


def names(customer):
    return {item["externalId"] for _, item in customer.tagged()}


def wish(shop, buyer, edition_id):
    """Have the license name the edition to change to, and the user take the steps."""
    path = f"/connectors/{shop.connector.connector_id}/licenses"
    [own] = shop.platform.call("GET", path)
    body = {"expires": FAR, "_changeEditionId": edition_id}
    shop.platform.call("PUT", f"{path}/{own['_id']}", body)
    buyer.do("POST", f"{buyer.home}/changeEdition", {})
    return buyer.ask("POST", f"{buyer.home}/changeEditionSteps", {})


def test_an_upgrade_makes_what_the_edition_has_more_and_touches_nothing_else(shop, buyer, ids):
    assert names(buyer) == STANDARD
    before = {item["_id"]: item for _, item in buyer.everything()}

    reply = wish(shop, buyer, ids["Premium"])

    assert reply.body == {"done": True}
    assert names(buyer) == STANDARD | {"refunds", "refund_flow"}
    after = {item["_id"]: item for _, item in buyer.everything()}
    before.pop(buyer.integration_id)
    assert {key: after[key] for key in before} == before
    assert "sections" not in (buyer.integration.get("settings") or {})
    operation = buyer.last_operation
    assert (operation.kind, operation.outcome) == (Operation.Kind.EDITION, Operation.Outcome.DONE)
    assert buyer.installation.edition == "premium"


def test_an_edition_that_the_version_lacks_changes_nothing(shop, buyer, ids):
    before = buyer.untouched()

    code, message = wish(shop, buyer, ids["Gold"]).error

    assert code == "edition_unknown"
    assert "'Gold'" in message
    assert {key: item for key, item in buyer.untouched().items() if key in before} == before


def test_an_edition_may_come_as_its_id(shop, buyer, ids, doorway):
    """Asked in the midst of the platform's own call, while its token is good."""
    replies = []

    def ask_with_ids(call):
        doorway.before = lambda _: None
        bare = {"fromEdition": ids["Standard"], "toEdition": ids["Premium"]}
        replies.append(shop.call("changeEdition", {**call["options"], **bare}, part=None))

    doorway.before = ask_with_ids
    wish(shop, buyer, ids["Premium"])

    assert [reply.status for reply in replies] == [200]
    assert names(buyer) == STANDARD | {"refunds", "refund_flow"}
    assert buyer.last_operation.outcome == Operation.Outcome.CURRENT
