"""The admin: every record can be read, none can be written."""

import json

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django.utils import timezone

from connector_kit.models import (
    Change,
    Component,
    Connector,
    Document,
    Installation,
    License,
    LicenseEvent,
    LicenseReminder,
    Operation,
    ProvisioningEvent,
    Push,
    Release,
    Rollout,
    StaffAction,
    Subscription,
    Wave,
)
from connector_kit.publisher.actions import THE_KIT
from connector_kit.publisher.roles import RECORDS, SCOPES, Role, Scope
from connector_kit.publisher.staff import set_role

MODELS = [Change, Component, Connector, Document, Installation]
MODELS += [Operation, Push, Release, Rollout, Wave]
MODELS += [License, LicenseEvent, LicenseReminder, ProvisioningEvent, Subscription]

_PLANTED = {"name": "Shop", "http": {"auth": {"token": {"token": "PLANTED"}}, "pin": "PLANTED"}}


@pytest.fixture
def rows(db):
    """One row of every model."""
    connector = Connector.objects.create(slug="orders", name="Orders", connector_id="a" * 24)
    release = Release.objects.create(
        connector=connector, version="1.0.0", digest="0" * 64, manifest={}
    )
    document = Document.objects.create(digest="1" * 64, body="{}")
    installation = Installation.objects.create(connector=connector, integration_id="b" * 24)
    component = Component.objects.create(
        installation=installation,
        external_id="shop",
        resource="connections",
        resource_id="c" * 24,
        applied=document,
    )
    operation = Operation.objects.create(
        installation=installation, kind="update", function="update", release=release
    )
    change = Change.objects.create(
        operation=operation,
        installation=installation,
        action="create",
        resource="connections",
        external_id="shop",
    )
    rollout = Rollout.objects.create(
        connector=connector, release=release, window=1, failure_limit=1, max_attempts=1
    )
    wave = Wave.objects.create(rollout=rollout, index=0, label="rest")
    push = Push.objects.create(rollout=rollout, wave=wave, installation=installation)
    created = (connector, release, document, installation, component)
    rolled_out = (operation, change, rollout, wave, push)
    return {type(row): row for row in (*created, *rolled_out, *_licensed(connector))}


def _licensed(connector):
    now = timezone.now()
    granted = License.objects.create(connector=connector, email="a@example.com")
    subscription = Subscription.objects.create(key="sub_1", license=granted)
    return (
        granted,
        LicenseEvent.objects.create(license=granted, at=now, by="alice", act="create"),
        LicenseReminder.objects.create(license=granted, notice="grace", ends=now.date()),
        subscription,
        ProvisioningEvent.objects.create(
            event_id="evt_1",
            subscription=subscription,
            kind="signed_up",
            occurred_at=now,
            received_at=now,
            due_at=now,
        ),
        StaffAction.objects.create(actor_name="alice", action="x", subject="y", after=_PLANTED),
    )


def test_every_model_has_its_pages():
    assert set(apps.get_app_config("connector_kit").get_models()) <= set(admin.site._registry)


@pytest.mark.parametrize("model", MODELS)
def test_a_model_can_be_listed_searched_and_opened(model, rows, admin_client):
    name = f"admin:connector_kit_{model._meta.model_name}"

    listed = admin_client.get(reverse(f"{name}_changelist"), {"q": "a"})
    opened = admin_client.get(reverse(f"{name}_change", args=[rows[model].pk]))

    assert (listed.status_code, opened.status_code) == (200, 200)


@pytest.mark.parametrize("model", MODELS)
def test_nobody_can_add_change_or_delete(model, rows, admin_client):
    name = f"admin:connector_kit_{model._meta.model_name}"
    place = [rows[model].pk]

    assert admin_client.get(reverse(f"{name}_add")).status_code == 403
    assert admin_client.post(reverse(f"{name}_change", args=place), {}).status_code == 403
    assert admin_client.post(reverse(f"{name}_delete", args=place), {}).status_code == 403


def test_a_long_list_takes_no_query_per_row(rows, admin_client, django_assert_max_num_queries):
    for index in range(20):
        installation = Installation.objects.create(
            connector=rows[Connector], integration_id=f"{index:024x}"
        )
        Push.objects.create(rollout=rows[Rollout], wave=rows[Wave], installation=installation)

    with django_assert_max_num_queries(12):
        admin_client.get(reverse("admin:connector_kit_push_changelist"))


@pytest.fixture
def member(client):
    """Log in as a member of the staff with that role."""

    def logged_in(role):
        set_role("member", role, by=THE_KIT)
        client.force_login(get_user_model().objects.get(username="member"))
        return client

    return logged_in


def _pages(client, model, row):
    name = f"admin:connector_kit_{model._meta.model_name}"
    addresses = (reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[row.pk]))
    return [client.get(address).status_code for address in addresses]


def test_the_table_of_roles_names_the_scope_of_every_model():
    models = apps.get_app_config("connector_kit").get_models()

    assert {model._meta.model_name for model in models} == set(RECORDS)


@pytest.mark.parametrize("role", Role)
def test_a_role_sees_the_records_that_its_scopes_open(role, rows, member):
    client = member(role)

    opened = {model: _pages(client, model, rows[model]) for model in (Installation, StaffAction)}

    assert opened == {
        Installation: [200, 200],
        StaffAction: [200, 200] if Scope.STAFF_READ in SCOPES[role] else [403, 403],
    }


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_the_audit_log_is_for_admins_also_where_a_group_grants_djangos_permission(
    role, rows, member
):
    client = member(role)
    group = Group.objects.get(name=role.group)
    group.permissions.set(Permission.objects.filter(codename__startswith="view_"))

    assert _pages(client, StaffAction, rows[StaffAction]) == [403, 403]
    assert b"staffaction" not in client.get(reverse("admin:index")).content


def test_a_member_of_the_staff_without_a_role_sees_no_records(rows, client):
    client.force_login(get_user_model().objects.create_user("nobody", is_staff=True))

    assert _pages(client, Installation, rows[Installation]) == [403, 403]


@pytest.mark.parametrize("query", ["settings__pin__startswith", "opts__startswith", "settings"])
def test_nothing_hidden_can_be_guessed_by_filtering(query, rows, member):
    address = reverse("admin:connector_kit_installation_changelist")

    answer = member(Role.VIEWER).get(address, {query: "1"})

    assert answer.status_code == 400


@pytest.mark.parametrize("model", [Document, Release, Operation, StaffAction])
def test_secrets_in_what_is_on_record_are_masked(model, rows, member):
    Document.objects.update(body=json.dumps(_PLANTED))
    Release.objects.update(manifest=_PLANTED)
    Operation.objects.update(plan=_PLANTED)
    client = member(Role.ADMIN)

    page = client.get(
        reverse(f"admin:connector_kit_{model._meta.model_name}_change", args=[rows[model].pk])
    )
    listed = client.get(reverse(f"admin:connector_kit_{model._meta.model_name}_changelist"))

    assert b"******" in page.content
    assert b"PLANTED" not in page.content + listed.content
