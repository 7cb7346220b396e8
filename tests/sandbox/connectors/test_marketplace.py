"""Listings, licenses and the install base (protocol/http-api.md#9-connectors-and-licenses)."""

import pytest

from tests.sandbox.plain import CONNECTOR, FAR, code, errors

PAST = "2020-01-31"


def test_only_its_owner_sees_a_connector(publisher, customer, connector):
    assert connector["_id"] in [document["_id"] for document in publisher.get("/connectors").json()]
    assert code(customer.get(f"/connectors/{connector['_id']}")) == (404, "not_found")
    assert code(customer.get(f"/connectors/{connector['_id']}/installBase")) == (404, "not_found")


def test_everybody_sees_what_is_published(publisher, customer):
    made = publisher.create("connectors", **CONNECTOR | {"name": "Listed"}, published=True)

    assert [document["_id"] for document in customer.get("/published").json()] == [made["_id"]]


LICENSES = {
    "no expiry": ({"email": "customer-1@example.com"}, ("missing_required_field", "expires")),
    "no e-mail": ({"expires": FAR}, ("missing_required_field", "email")),
    "no such user": ({"email": "nobody@example.com", "expires": FAR}, ("invalid_user", "email")),
    "no date": (
        {"email": "customer-1@example.com", "expires": "soon"},
        ("invalid_field", "expires"),
    ),
    "a trial without trials": (
        {"email": "customer-1@example.com", "trialEndDate": FAR},
        ("missing_required_field", "expires"),
    ),
}


@pytest.mark.parametrize("row", LICENSES.values(), ids=LICENSES.keys())
def test_a_license_needs(publisher, connector, row):
    body, expected = row

    assert errors(publisher.post(f"/connectors/{connector['_id']}/licenses", body)) == [expected]


def test_a_trial_may_stand_in_for_an_expiry_where_trials_are_on(publisher, connector):
    path = f"/connectors/{connector['_id']}"
    publisher.put(path, {**connector, "trialEnabled": True})

    answer = publisher.post(
        f"{path}/licenses", {"email": "customer-1@example.com", "trialEndDate": FAR}
    )

    assert answer.json()["trialEndDate"] == FAR


def test_a_license_tells_the_users_id_only_after_the_install(
    sandbox, publisher, customer, connector, license_for
):
    made = license_for(0, opts={"connectorEdition": "standard"})
    path = f"/connectors/{connector['_id']}/licenses/{made['_id']}"
    user = sandbox.accounts[0]

    answer = customer.post(f"/integrations/{connector['_id']}/install", {})

    assert made["user"] == {"email": user.email}
    after = publisher.get(path).json()
    assert after["user"] == {"email": user.email, "_id": user.user_id, "name": "Customer 1"}
    assert after["_integrationId"] == answer.json()["_integrationId"]
    assert after["opts"] == {"connectorEdition": "standard"}
    assert code(publisher.delete(path)) == (422, "resource_in_use")


def test_a_put_of_a_license_needs_no_email_and_moves_no_environment(
    publisher, connector, license_for
):
    made = license_for(0, sandbox=True)
    path = f"/connectors/{connector['_id']}/licenses/{made['_id']}"

    after = publisher.put(path, {"expires": PAST, "opts": {"a": 1}, "sandbox": False}).json()

    assert after["expires"] == "2020-01-31T00:00:00.000Z"
    assert (after["opts"], after["sandbox"], after["user"]) == ({"a": 1}, True, made["user"])
    assert publisher.delete(path).status_code == 204
    assert code(publisher.get(path)) == (404, "not_found")


def test_licenses_are_listed_for_their_owner_and_for_their_user(
    sandbox, api, publisher, connector, license_for
):
    mine, other = license_for(1), license_for(2)
    user = api(sandbox.accounts[1].token)

    listed = publisher.get(f"/connectors/{connector['_id']}/licenses").json()

    assert [document["_id"] for document in listed] == [mine["_id"], other["_id"]]
    assert mine["_id"] in [document["_id"] for document in user.get("/licenses").json()]
    assert other["_id"] not in [document["_id"] for document in user.get("/licenses").json()]


def test_the_install_base_has_the_entries_that_were_observed(
    sandbox, publisher, connector, install
):
    first = install(0, tag="EU")
    second = install(1)

    entries = publisher.get(f"/connectors/{connector['_id']}/installBase").json()

    common = {
        "name": "Orders to Slack",
        "version": None,
        "updateInProgress": False,
        "sandbox": False,
    }
    assert entries == [
        {"_integrationId": first, "email": sandbox.accounts[0].email, "tag": "EU", **common},
        {"_integrationId": second, "email": sandbox.accounts[1].email, **common},
    ]


def test_the_install_base_is_paged(publisher, connector, install):
    installed = [install(number % 3) for number in range(12)]
    path = f"/connectors/{connector['_id']}/installBase"

    first = publisher.get(path)
    second = publisher.get(first.links["next"]["url"].removeprefix("/v1"))

    pages = [[document["_integrationId"] for document in page.json()] for page in (first, second)]
    assert pages == [installed[:10], installed[10:]]
    assert "next" not in second.links


def test_an_installed_connector_cannot_be_deleted(publisher, connector, install):
    install()

    assert code(publisher.delete(f"/connectors/{connector['_id']}")) == (422, "resource_in_use")


def test_a_connector_without_installations_goes_with_its_licenses(
    publisher, customer, connector, license_for
):
    license_for(0)

    assert publisher.delete(f"/connectors/{connector['_id']}").status_code == 204
    assert connector["_id"] not in customer.get("/licenses").text
