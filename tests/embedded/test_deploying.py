"""A connector is deployed for an end user, unseen, with the publisher's own token."""

import pytest

from connector_kit.documents import MASK
from connector_kit.embedded import (
    EmbeddedError,
    complete,
    deploy,
    plan,
    record_release,
    remove,
    run_export,
    update,
)
from connector_kit.installation_settings import save_settings
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.models import Change, Installation, Operation
from connector_kit.publisher.actions import THE_KIT
from tests.embedded.fixtures import SECOND, problems_of
from tests.embedded.shop import PASSWORD, TOKEN, credentials_for


def test_everything_is_made_with_the_end_users_credentials(embedding, release, acme):
    shop = embedding.of(acme)["shop"][1]

    assert problems_of(embedding, acme, release) == []
    assert shop["http"]["auth"]["basic"]["username"] == "jo"
    assert not shop["offline"]
    assert embedding.integration(acme)["name"] == "Shop to chat: acme"


def test_a_connector_with_stores_of_framework_two_is_not_deployed(embedding):
    branches = record_release("tests.lifecycle.branches_1_0:Branches")

    with pytest.raises(EmbeddedError, match="only customers of the marketplace") as refused:
        deploy(branches.connector, embedding.account, "acme")

    assert refused.value.code == "stores_not_deployable"
    assert not Installation.objects.exists()


def test_a_deployment_of_framework_two_has_forms_that_call_nothing(embedding):
    """Where there is no connector, a form that calls its functions keeps everybody from saving."""
    release = record_release("tests.lifecycle.two_sold:Sold")
    acme = deploy(release.connector, embedding.account, "acme")
    path = f"/integrations/{acme.integration_id}"

    saved = embedding.do("PUT", path, {**embedding.integration(acme), "description": "Ours"})
    form = embedding.do("POST", f"{path}/settingsForm/init")

    assert saved["description"] == "Ours"
    assert "channel" in form["fieldMap"]
    assert save_settings(acme, {"channel": "#two"}, by=THE_KIT).change
    update(acme)
    assert embedding.integration(acme)["settings"]["channel"] == "#two"


def test_deploying_again_changes_nothing(embedding, release, acme):
    before = embedding.everything()

    deploy(release.connector, embedding.account, "acme")

    assert embedding.everything() == before
    assert acme.operations.latest("pk").outcome == "current"


def test_two_end_users_share_nothing(embedding, release, acme, address):
    other = deploy(
        release.connector, embedding.account, "bolt", credentials=credentials_for(address)
    )

    assert problems_of(embedding, acme, release) == problems_of(embedding, other, release) == []
    assert not {item["_id"] for _, item in embedding.of(acme).values()} & {
        item["_id"] for _, item in embedding.of(other).values()
    }


def test_connections_that_cannot_log_in_are_named_and_then_completed(embedding, release, address):
    credentials = credentials_for(address)
    del credentials["chat"]
    with pytest.raises(EmbeddedError, match="chat") as refused:
        deploy(release.connector, embedding.account, "acme", credentials=credentials)

    assert refused.value.code == "connection_offline"
    deployment = Installation.objects.get()
    assert not any(kind == "flows" for kind, _ in embedding.of(deployment).values())

    rest = {"chat": credentials_for(address)["chat"]}
    deploy(release.connector, embedding.account, "acme", credentials=rest)
    assert problems_of(embedding, deployment, release) == []


def test_a_worker_completes_what_was_begun_without_any_credentials(embedding, release, address):
    deployment = deploy(
        release.connector,
        embedding.account,
        "acme",
        credentials=credentials_for(address),
        components=False,
    )
    assert {kind for kind, _ in embedding.of(deployment).values()} == {"connections"}
    assert deployment.operations.get().outcome == "checkpoint"

    complete(deployment)

    assert problems_of(embedding, deployment, release) == []


UNUSABLE = {
    "another connection": {"shopp": {"http": {}}},
    "no object": {"shop": "password"},
    "an id": {"shop": {"_id": "1" * 24}},
    "the mark": {"shop": {"externalId": "mine"}},
    "a mask": {"shop": {"http": {"auth": {"basic": {"password": MASK}}}}},
}


@pytest.mark.parametrize("credentials", UNUSABLE.values(), ids=UNUSABLE)
def test_credentials_that_fit_no_connection_are_refused_before_anything_is_made(
    embedding, release, credentials
):
    before = embedding.everything()

    with pytest.raises(EmbeddedError) as refused:
        deploy(release.connector, embedding.account, "acme", credentials=credentials)

    assert refused.value.code == "invalid_credentials"
    assert embedding.everything() == before


def test_an_update_brings_the_newest_release_and_keeps_the_credentials(embedding, acme):
    second = record_release(SECOND)

    update(acme)

    assert problems_of(embedding, acme, second) == []
    assert run_export(acme, "new_orders") == [{"number": 1, "status": "paid"}]


def test_an_update_goes_back_as_well(embedding, release, acme):
    update(acme, release=record_release(SECOND))

    update(acme, release=release)

    assert problems_of(embedding, acme, release) == []
    assert Installation.objects.get().release == release


def test_a_dry_run_says_what_it_would_do_and_does_nothing(embedding, acme):
    record_release(SECOND)
    before = {item["_id"]: item for kind, item in embedding.everything() if kind != "integrations"}

    plan(acme)

    operation = acme.operations.latest("pk")
    assert operation.kind == Operation.Kind.PLAN
    assert operation.plan["summary"]["create"] == 1
    assert before == {
        item["_id"]: item for kind, item in embedding.everything() if kind != "integrations"
    }


def test_what_somebody_changed_in_the_account_is_kept(embedding, acme):
    resource, flow = embedding.of(acme)["orders_to_chat"]
    embedding.do("PUT", f"/{resource}/{flow['_id']}", {**flow, "description": "by hand"})

    update(acme, release=record_release(SECOND))

    assert embedding.of(acme)["orders_to_chat"][1]["description"] == "by hand"


def test_removing_leaves_nothing_behind_and_takes_nothing_else(embedding, release, acme, address):
    other = deploy(
        release.connector, embedding.account, "bolt", credentials=credentials_for(address)
    )
    embedding.do("POST", "/scripts", {"name": "Somebody's own", "content": "1"})

    remove(acme)

    assert embedding.of(acme) == {}
    assert embedding.ask("GET", f"/integrations/{acme.integration_id}").status == 404
    assert problems_of(embedding, other, release) == []
    assert any(item.get("name") == "Somebody's own" for _, item in embedding.everything())
    assert not Installation.objects.active().filter(end_user="acme").exists()
    assert acme.operations.filter(kind="uninstall", outcome="done").exists()


def test_somebody_elses_documents_in_the_integration_are_left_alone(embedding, acme):
    http = {"baseURI": "https://shop.example.com", "mediaType": "json"}
    connection = {"name": "Mine", "type": "http", "http": http}
    document = {
        "name": "By hand",
        "_connectionId": embedding.do("POST", "/connections", connection)["_id"],
        "http": {"relativeURI": "/", "method": "GET"},
        "externalId": "new_orders",
        "_integrationId": acme.integration_id,
    }
    mine = embedding.do("POST", "/exports", document)

    with pytest.raises(EmbeddedError, match="did not create") as refused:
        remove(acme)

    assert refused.value.code == "integration_in_use"
    assert embedding.do("GET", f"/exports/{mine['_id']}") == mine
    embedding.do("DELETE", f"/exports/{mine['_id']}")
    remove(acme)
    assert embedding.ask("GET", f"/integrations/{acme.integration_id}").status == 404


def test_after_a_removal_the_end_user_can_have_it_again(embedding, release, acme, address):
    before = acme.integration_id
    remove(acme)

    again = deploy(
        release.connector, embedding.account, "acme", credentials=credentials_for(address)
    )

    assert again.pk == acme.pk
    assert again.integration_id != before
    assert problems_of(embedding, again, release) == []


def test_an_integration_that_was_deleted_by_hand_is_said_and_cleaned_up(
    embedding, release, acme, address
):
    for name in ("orders_to_chat", "new_orders", "post_message"):
        resource, each = embedding.of(acme)[name]
        embedding.do("DELETE", f"/{resource}/{each['_id']}")
    embedding.do("DELETE", f"/integrations/{acme.integration_id}")

    with pytest.raises(LifecycleError, match="deploy again") as refused:
        update(acme)

    assert refused.value.code == "installation_vanished"
    remove(acme)
    assert embedding.of(acme) == {}
    again = deploy(
        release.connector, embedding.account, "acme", credentials=credentials_for(address)
    )
    assert problems_of(embedding, again, release) == []


def test_an_integration_of_somebody_else_is_left_alone(embedding, acme):
    other = embedding.do("POST", "/integrations", {"name": "Another"})
    acme.note(integration_id=other["_id"])

    for act in (update, remove):
        with pytest.raises(LifecycleError) as refused:
            act(acme)
        assert refused.value.code == "installation_foreign"
    assert embedding.do("GET", f"/integrations/{other['_id']}") == other


def test_a_connector_installation_cannot_be_worked_on_without_its_token(embedding, release):
    installed = Installation.objects.create(
        connector=release.connector, integration_id="a" * 24, mode="settings"
    )

    for act in (update, remove, complete):
        with pytest.raises(EmbeddedError, match="customer's token") as refused:
            act(installed)
        assert refused.value.code == "not_embedded"


def test_new_credentials_replace_the_old_ones_and_only_their_names_are_on_record(
    embedding, release, acme
):
    password = "another-password-2231"
    login = {"http": {"auth": {"basic": {"password": password}}}}

    deploy(release.connector, embedding.account, "acme", credentials={"shop": login})

    change = Change.objects.filter(external_id="shop").latest("pk")
    assert change.fields == [
        {"path": "http.auth.basic.password", "before": MASK, "after": MASK, "settled": None}
    ]
    assert not {password, PASSWORD, TOKEN} & set(str(Change.objects.values_list("fields")))


@pytest.mark.parametrize("end_user", ["", "  ", "x" * 201])
def test_an_end_user_has_a_name(embedding, release, end_user):
    with pytest.raises(EmbeddedError) as refused:
        deploy(release.connector, embedding.account, end_user)

    assert refused.value.code == "invalid_end_user"


def test_a_plan_shows_what_an_update_would_change_and_orders_nothing(embedding, acme):
    second = record_release(SECOND)
    before = embedding.everything()

    planned = plan(acme, release=second)

    assert planned["summary"]["create"] == 1
    assert embedding.everything() == before
    acme.refresh_from_db()
    assert acme.version == "1.0.0"
    assert not acme.orders.open().exists()


def test_what_the_records_have_lost_is_found_by_its_mark(embedding, release, acme):
    before = {item["_id"] for _, item in embedding.everything()}
    Installation.objects.all().delete()

    again = deploy(release.connector, embedding.account, "acme")

    assert again.integration_id == acme.integration_id
    assert problems_of(embedding, again, release) == []
    assert {item["_id"] for _, item in embedding.everything()} == before


def test_what_was_deleted_in_the_account_blocks_an_update_until_it_may_be_made_again(
    embedding, release, acme
):
    resource, flow = embedding.of(acme)["orders_to_chat"]
    embedding.do("DELETE", f"/{resource}/{flow['_id']}")

    with pytest.raises(LifecycleError) as refused:
        update(acme)
    assert refused.value.code == "component_deleted"

    update(acme, recreate_deleted=True)
    assert problems_of(embedding, acme, release) == []


def test_an_operation_costs_the_same_whoever_else_is_in_the_account(
    embedding, release, acme, address
):
    update(acme)
    alone = acme.operations.latest("pk").requests
    for number in range(5):
        deploy(
            release.connector,
            embedding.account,
            f"user-{number}",
            credentials=credentials_for(address),
        )

    update(acme)

    assert acme.operations.latest("pk").requests == alone


def test_two_integrations_with_one_mark_are_not_chosen_between(embedding, release, acme):
    mark = embedding.integration(acme)["externalId"]
    embedding.do("POST", "/integrations", {"name": "A double", "externalId": mark})
    Installation.objects.all().delete()

    with pytest.raises(EmbeddedError) as refused:
        deploy(release.connector, embedding.account, "acme")

    assert refused.value.code == "integration_duplicated"


def test_an_update_that_needs_credentials_waits_until_they_are_entered(embedding, release, acme):
    second = record_release("tests.embedded.shop_2_0:ShopToChat")
    update(acme, release=second)
    acme.refresh_from_db()
    assert acme.operations.latest("pk").outcome == Operation.Outcome.WAITS
    assert [need["name"] for need in acme.needs] == ["Books"]
    assert len(embedding.of(acme)["orders_to_chat"][1]["pageProcessors"]) == 1

    own = {"http": {"auth": {"token": {"token": TOKEN}}}}
    deploy(second.connector, embedding.account, "acme", credentials={"books": own})

    acme.refresh_from_db()
    assert acme.needs == []
    assert problems_of(embedding, acme, second) == []
