"""What a call says of an installation counts once its own token has shown it, and not before."""

import pytest

from connector_kit.models import Installation, Operation, RefusedCall
from tests.lifecycle.fixtures import Customer

NOBODY = "0" * 24
WRONG = "0" * 32
FORGED = {"connectorEdition": "premium"}

WRITING = [
    *(("installer", "install"), ("installer", "update"), ("installer", "verify_shop")),
    *(("installer", "addNewStore"), ("installer", "installAddOn")),
    *(("uninstaller", "preUninstallFunction"), ("uninstaller", "uninstall")),
    *(("uninstaller", "remove_shop"), ("uninstaller", "uninstallAddOn")),
    *(("uninstaller", "removeStore"),),
    *(("settings", "persistSettings"), ("settings", "changeEdition")),
]
READING = [
    *(("settings", "refreshMetadata"), ("settings", "getMappingMetadata")),
    ("settings", "getLicenseMetadata"),
]
FLAT = ["update", "changeEdition", "preSave"]


def rows():
    """All that is on record of installations, as it stands."""
    return list(Installation.objects.order_by("pk").values()), Operation.objects.count()


@pytest.fixture
def other(shop):
    """Another customer's account, with a token that reaches nothing of the first one's."""
    return Customer(shop.platform, 1).install(shop.connector)


def options(integration_id, token):
    """What a call says, in the words of either framework."""
    document = {"_id": integration_id, "settings": {"pin": "1"}}
    return {
        "bearerToken": token,
        "_integrationId": integration_id,
        "opts": FORGED,
        "license": {"opts": FORGED},
        "resource": document,
        "integration": document,
        "newResource": document,
        "toEdition": {"displayName": "premium"},
    }


def call_all(shop, integration_id, token):
    """Call every kind of function that there is for an installation."""
    for part, function in (*WRITING, *READING):
        shop.call(function, options(integration_id, token), part=part)
    for function in FLAT:
        shop.call(function, options(integration_id, token), part="")


def test_a_refused_token_changes_no_record_whatever_is_called(shop, customer):
    before = rows()

    call_all(shop, customer.integration_id, WRONG)

    assert rows() == before


def test_another_customers_token_changes_no_record_whatever_is_called(shop, customer, other):
    before = rows()

    call_all(shop, customer.integration_id, other.account.token)

    assert rows() == before
    assert customer.installation.vanished_at is None


def test_an_unknown_integration_leaves_no_rows(shop, customer):
    before = rows()

    call_all(shop, NOBODY, customer.account.token)

    assert rows() == before


def test_an_integration_without_the_connectors_tag_leaves_no_rows(shop, customer):
    own = customer.do("POST", "/integrations", {"name": "My own"})["_id"]
    before = rows()

    call_all(shop, own, customer.account.token)

    assert rows() == before


def test_refused_calls_are_counted_in_one_row_for_each_reason(shop, customer):
    for number in range(20):
        shop.call("update", options(f"{number:024x}", customer.account.token))
    shop.call("install", options(NOBODY, WRONG))

    counted = RefusedCall.objects.order_by("code").values_list("code", "count", "function")
    assert list(counted) == [
        ("installation_vanished", 20, "update"),
        ("token_refused", 1, "install"),
    ]
    assert RefusedCall.objects.get(code="installation_vanished").integration_id == f"{19:024x}"
    assert WRONG not in str(list(RefusedCall.objects.values()))


def test_a_call_that_shows_the_installation_is_taken_at_its_word(shop, customer):
    customer.licensed(connectorEdition="premium")

    customer.push()

    assert customer.installation.opts == {"connectorEdition": "premium"}
    assert not RefusedCall.objects.exists()
