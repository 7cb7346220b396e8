"""Settings links name who made them, end with that person's role, and can be revoked one by one."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from connector_kit.models import SettingsLink, StaffAction
from connector_kit.publisher.actions import THE_KIT, Actor
from connector_kit.publisher.roles import Role
from connector_kit.publisher.settings_links import make_link
from connector_kit.publisher.staff import remove_member, set_role
from tests.api.fixtures import token_of
from tests.settings_pages.records import DOCUMENT, installation_with
from tests.settings_pages.test_links import path_of, whole_path

pytestmark = pytest.mark.django_db


@pytest.fixture
def installation():
    return installation_with(DOCUMENT)


@pytest.fixture
def maker(django_user_model):
    """A member of the staff who makes links."""
    set_role("olga", Role.OPERATOR, by=THE_KIT)
    return django_user_model.objects.get(username="olga")


def opened(link):
    """A customer's browser that has opened *link*."""
    customer = Client()
    customer.get(path_of(link))
    return customer


def sees(customer, installation):
    return customer.get(f"/settings/{installation.integration_id}/-/Orders/").status_code == 200


def console(installation, rest=""):
    return f"/console/installations/{installation.integration_id}/links/{rest}"


def rest(installation, rest=""):
    return f"/api/v1/installations/{installation.integration_id}/settings/links/{rest}"


def by_page(staff, installation, row):
    staff(Role.OPERATOR).post(console(installation, "revoke/"), {"link": row.pk})


def by_rest(staff, installation, row):
    headers = {"Authorization": f"Bearer {token_of('api', Role.OPERATOR)}"}
    Client().post(rest(installation, f"{row.pk}/revoke/"), headers=headers)


def by_command(staff, installation, row):
    call_command("settings_link", installation.integration_id, "--revoke", str(row.pk), "--yes")


@pytest.mark.parametrize("revoke", [by_page, by_rest, by_command])
def test_a_revoked_link_ends_its_own_sessions_and_no_others(installation, staff, revoke):
    links = [make_link(installation, by=THE_KIT) for _ in range(2)]
    first, second = map(opened, links)

    revoke(staff, installation, links[0].row)

    assert (sees(first, installation), sees(second, installation)) == (False, True)
    assert Client().get(path_of(links[0])).status_code == 403
    assert Client().get(path_of(links[1])).status_code == 302
    recorded = StaffAction.objects.get(action="settings.link.revoke")
    assert recorded.subject == f"installation/{installation.integration_id}"
    assert recorded.before["link"] == links[0].row.pk


def all_by_page(staff, installation):
    staff(Role.OPERATOR).post(console(installation, "revoke/"))


def all_by_rest(staff, installation):
    headers = {"Authorization": f"Bearer {token_of('api', Role.OPERATOR)}"}
    answer = Client().post(rest(installation, "revoke/"), headers=headers)
    assert answer.json() == {"revoked": 2}


def all_by_command(staff, installation):
    call_command("settings_link", installation.integration_id, "--revoke-all", "--yes")


@pytest.mark.parametrize("revoke", [all_by_page, all_by_rest, all_by_command])
def test_all_links_of_an_installation_are_revoked_at_once(installation, staff, revoke):
    other = installation_with(DOCUMENT, number=2)
    customers = [opened(make_link(installation, by=THE_KIT)) for _ in range(2)]
    elsewhere = opened(make_link(other, by=THE_KIT))

    revoke(staff, installation)

    assert [sees(customer, installation) for customer in customers] == [False, False]
    assert sees(elsewhere, other)


def demoted(maker):
    set_role("olga", Role.VIEWER, by=THE_KIT)


def removed(maker):
    remove_member("olga", by=THE_KIT)


def deactivated_elsewhere(maker):
    maker.is_active = False
    maker.save()


def deleted(maker):
    maker.delete()


@pytest.mark.parametrize("leave", [demoted, removed, deactivated_elsewhere, deleted])
def test_a_link_does_not_outlive_the_role_of_its_maker(installation, maker, leave):
    theirs = make_link(installation, by=Actor.of(maker))
    customer, other = opened(theirs), opened(make_link(installation, by=THE_KIT))
    assert sees(customer, installation)

    leave(maker)

    assert (sees(customer, installation), sees(other, installation)) == (False, True)
    refused = Client().get(path_of(theirs))
    assert refused.status_code == 403
    assert "Ask the person who sent it" in refused.content.decode()


@pytest.mark.parametrize("leave", [demoted, removed])
def test_links_stay_closed_when_their_maker_comes_back(installation, maker, leave):
    customer = opened(make_link(installation, by=Actor.of(maker)))
    leave(maker)

    set_role("olga", Role.OPERATOR, by=THE_KIT)

    assert not sees(customer, installation)


def test_a_promoted_maker_keeps_their_links(installation, maker):
    customer = opened(make_link(installation, by=Actor.of(maker)))

    set_role("olga", Role.ADMIN, by=THE_KIT)

    assert sees(customer, installation)


def test_open_links_are_listed_with_maker_and_end(installation, maker, staff, capsys):
    link = make_link(installation, by=Actor.of(maker))
    revoked = make_link(installation, by=THE_KIT)
    by_command(staff, installation, revoked.row)
    capsys.readouterr()

    call_command("settings_link", installation.integration_id, "--list", "--json")
    [by_the_command] = json.loads(capsys.readouterr().out)["links"]
    headers = {"Authorization": f"Bearer {token_of('api', Role.VIEWER)}"}
    [by_rest] = Client().get(rest(installation), headers=headers).json()["results"]
    page = staff(Role.VIEWER).get(console(installation)).content.decode()

    assert (by_rest["id"], by_rest["made_by"]) == (link.row.pk, "olga")
    assert by_rest["until"][:16] == by_the_command["until"][:16]
    assert by_the_command["made_by"] == "olga"
    assert "olga" in page
    assert "Revoke" not in page


def test_the_command_lists_links_in_a_table(installation, maker, capsys):
    make_link(installation, by=Actor.of(maker))

    call_command("settings_link", installation.integration_id, "--list")

    assert "olga" in capsys.readouterr().out


def test_a_link_that_is_not_open_cannot_be_revoked(installation, staff):
    other = make_link(installation_with(DOCUMENT, number=2), by=THE_KIT)

    with pytest.raises(CommandError, match="--list"):
        by_command(staff, installation, other.row)
    headers = {"Authorization": f"Bearer {token_of('api', Role.OPERATOR)}"}
    refused = Client().post(rest(installation, f"{other.row.pk}/revoke/"), headers=headers)
    assert refused.status_code == 404
    assert SettingsLink.objects.filter(revoked_at=None).count() == 1


def test_a_viewer_revokes_nothing(installation, staff):
    make_link(installation, by=THE_KIT)

    assert staff(Role.VIEWER).post(console(installation, "revoke/")).status_code == 403
    assert SettingsLink.objects.filter(revoked_at=None).count() == 1


def test_what_a_customer_saves_names_the_link(installation, client):
    link = make_link(installation, by=THE_KIT)
    client.get(path_of(link))

    made = client.get(f"/settings/{installation.integration_id}/").wsgi_request.by

    assert made.name == f"buyer@example.com (settings link {link.row.pk})"


def test_the_api_tells_which_link_it_has_made(installation):
    headers = {"Authorization": f"Bearer {token_of('api', Role.OPERATOR)}"}
    answer = Client().post(
        f"/api/v1/installations/{installation.integration_id}/settings/link/",
        {},
        content_type="application/json",
        headers=headers,
    )

    assert SettingsLink.objects.get().pk == answer.json()["id"]
    assert Client().get(whole_path(answer.json()["url"])).status_code == 302
