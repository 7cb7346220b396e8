"""``publish --check``: what the marketplace would refuse, and what would fail at a customer's."""

import json
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.management import call_command

from connector_kit import Export, Ref
from connector_kit.adoption.loading import LoadError
from connector_kit.blueprint import DeclarationError
from connector_kit.extension import Dispatcher, Endpoint, Registry
from connector_kit.extension.board import Board
from connector_kit.extension.health import Health
from connector_kit.extension.wsgi import Stack
from connector_kit.lifecycle import find_module
from connector_kit.models import Connector, Installation
from connector_kit.publisher import publish
from connector_kit.publisher.objections import Weight
from connector_kit.publisher.review import review
from tests.publisher.declared import OrdersToSlack
from tests.publisher.fixtures import ORDERS, SYSTEM_TOKEN

pytestmark = pytest.mark.django_db

NOBODY = "http://127.0.0.1:9"


class _Silent(WSGIRequestHandler):
    def log_message(self, *_):
        """Say nothing."""


def _refuse_all(_environ, start_response):
    start_response("501 Not Implemented", [])
    return [b""]


@pytest.fixture(scope="module")
def served():
    """A server of the kit's own that knows the tests' system token."""
    endpoint = Endpoint(Dispatcher(Registry(connectors=find_module)), (SYSTEM_TOKEN,))
    stack = Stack(endpoint, Health(ready=True, board=Board()))
    with make_server("127.0.0.1", 0, stack, handler_class=_Silent) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def change(settings, platform, served):
    """Changes settings; at first they lead to the server."""

    def change(**values):
        settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, **values}

    change(host_uri=served)
    return change


def codes(target=ORDERS):
    return [objection.code for objection in review(target)]


def edit(platform, resource, **fields):
    [document] = platform.call("GET", f"/{resource}")
    platform.call("PUT", f"/{resource}/{document['_id']}", {**document, **fields})


def test_nothing_stands_against_a_sound_connector_before_and_after_it_is_published(change):
    assert codes() == []
    publish(ORDERS)
    assert codes() == []


@pytest.mark.parametrize(
    ("name", "words"), [("LongVersion", "version has 86"), ("LongName", "name has 260")]
)
def test_what_is_too_long_to_be_recorded_is_said_before_anything_is_sent(
    platform, change, name, words
):
    target = f"tests.publisher.declared:{name}"

    [objection] = review(target)
    with pytest.raises(DeclarationError, match=words):
        publish(target)

    assert (objection.code, objection.field) == ("declaration_E122", name)
    assert words in objection.message
    assert platform.call("GET", "/connectors") == platform.call("GET", "/stacks") == []


def test_it_changes_nothing(platform, change):
    review(ORDERS)

    assert platform.call("GET", "/connectors") == platform.call("GET", "/stacks") == []


def test_every_problem_of_a_declaration_is_an_objection(change):
    found = review("tests.publisher.declared:Unsound")

    assert len(found) >= 3
    assert all(objection.code.startswith("declaration_") and objection.hint for objection in found)


def test_a_trial_that_the_platform_does_not_know_is_an_objection(change, monkeypatch):
    monkeypatch.setattr(OrdersToSlack, "trial_days", 15)

    assert codes() == ["declaration_W081"]


def test_other_content_under_a_published_version_is_an_objection(change, monkeypatch):
    publish(ORDERS)
    monkeypatch.setattr(OrdersToSlack, "description", "Something else.")

    assert codes() == ["version_taken"]


def test_a_listing_that_the_platform_lost_is_an_objection(platform, change):
    result = publish(ORDERS)
    platform.call("DELETE", f"/connectors/{result.listing.id}")

    assert codes() == ["record_lost"]


def test_an_iclient_that_does_not_exist_is_an_objection(change, monkeypatch):
    monkeypatch.setattr(OrdersToSlack, "iclients", {"http": ["64a1f0c2b3d4e5f607182901"]})

    [objection] = review(ORDERS)
    assert objection.code == "iclient_missing"
    assert "64a1f0c2b3d4e5f607182901" in objection.message


def test_a_stack_record_that_leads_elsewhere_is_an_objection(platform, change):
    publish(ORDERS)
    [stack] = platform.call("GET", "/stacks")
    operation = {"op": "replace", "path": "/server/hostURI", "value": "https://old.example.com"}
    platform.call("PATCH", f"/stacks/{stack['_id']}", [operation])

    [objection] = review(ORDERS)
    assert objection.code == "host_uri_differs"
    assert "old.example.com" in objection.message


def test_a_system_token_that_the_settings_lack_is_an_objection(change):
    publish(ORDERS)
    change(system_tokens=("another",))

    assert codes() == ["system_token_unknown"]


def test_a_server_that_does_not_know_the_token_is_an_objection(platform, change):
    publish(ORDERS)
    [stack] = platform.call("GET", "/stacks")
    renewed = platform.call("DELETE", f"/stacks/{stack['_id']}/systemToken")["systemToken"]
    change(system_tokens=(renewed,))  # the settings follow, the running server was not restarted

    assert codes() == ["system_token_refused"]


def test_a_server_that_is_not_there_is_an_objection(change):
    change(host_uri=NOBODY)

    assert codes() == ["host_uri_unreachable"]


def test_a_server_that_is_another_one_is_an_objection(change):
    with make_server("127.0.0.1", 0, _refuse_all, handler_class=_Silent) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        change(host_uri=f"http://127.0.0.1:{server.server_port}")
        [objection] = review(ORDERS)
        server.shutdown()
        thread.join()

    assert objection.code == "host_uri_unreachable"
    assert "status 501" in objection.message


def test_a_public_address_without_tls_is_an_objection(change):
    change(host_uri="http://connector.example.invalid")

    assert codes() == ["host_uri_not_https", "host_uri_unreachable"]


@pytest.mark.parametrize("field", ["installerFunction", "updateFunction"])
def test_a_function_that_the_listing_does_not_name_as_the_code_does_is_an_objection(
    platform, change, field
):
    publish(ORDERS)
    edit(platform, "connectors", **{field: "installEverything"})

    assert codes() == ["function_differs"]


def test_a_function_of_the_listing_that_nobody_serves_is_an_objection(platform, change):
    publish(ORDERS)
    edit(platform, "connectors", externalInstallerFunction="fromOutside")

    assert codes() == ["function_unknown"]


def test_a_hook_that_the_served_code_does_not_have_is_an_objection(change, monkeypatch):
    hook = {"function": "keepPaid", "_stackId": Ref("@stack")}
    export = Export(
        "Orders", connection=OrdersToSlack.shop, http={"relativeURI": "/"}, hooks={"preMap": hook}
    )
    monkeypatch.setattr(OrdersToSlack, "more_orders", export, raising=False)

    [objection] = [
        objection for objection in review(ORDERS) if objection.code == "function_unknown"
    ]
    assert objection.field == "more_orders.hooks.preMap.function"
    assert "keepPaid" in objection.message


def test_a_connector_in_the_marketplace_without_a_contact_is_an_objection(
    platform, change, monkeypatch
):
    publish(ORDERS)
    edit(platform, "connectors", published=True)
    assert codes() == ["contact_missing"]

    monkeypatch.setattr(OrdersToSlack, "contact_email", "owner@example.com")
    assert codes() == []


def test_a_source_integration_that_is_not_there_yet_is_no_objection(change, monkeypatch):
    monkeypatch.setattr(OrdersToSlack, "framework", 2)

    assert codes() == []


@pytest.mark.parametrize("framework", [1, 2])
def test_a_listing_with_installations_keeps_its_framework(change, monkeypatch, framework):
    monkeypatch.setattr(OrdersToSlack, "framework", framework)
    publish(ORDERS)
    connector = Connector.objects.get()
    Installation.objects.create(
        connector=connector, integration_id="5f3c0a5f3c0a5f3c0a5f3c0a", version="1.0.0"
    )
    monkeypatch.setattr(OrdersToSlack, "framework", 3 - framework)
    monkeypatch.setattr(OrdersToSlack, "version", "9.0.0")

    [objection] = [item for item in review(ORDERS) if item.code == "framework_differs"]

    assert objection.weight == Weight.REFUSED


def test_a_listing_that_points_to_another_stack_is_an_objection(platform, change):
    publish(ORDERS)
    other = {"name": "Other", "type": "server", "server": {"hostURI": "https://x.example.com"}}
    edit(platform, "connectors", _stackId=platform.call("POST", "/stacks", other)["_id"])

    assert codes() == ["stack_differs"]


def test_a_class_that_is_not_there_is_an_error(change):
    with pytest.raises(LoadError):
        review("no.such.module:Thing")


def test_the_command_says_each_objection_and_how_to_meet_it(change, capsys):
    change(host_uri=NOBODY)

    with pytest.raises(SystemExit) as ended:
        call_command("publish", ORDERS, "--check")

    said = capsys.readouterr().out
    assert ended.value.code == 3
    assert "host_uri_unreachable" in said
    assert "CONNECTOR_KIT_HOST_URI" in said
    assert "1 objection." in said


def test_the_command_is_content_with_a_sound_connector(change, capsys):
    call_command("publish", ORDERS, "--check", "--json")

    assert json.loads(capsys.readouterr().out) == {"objections": []}
