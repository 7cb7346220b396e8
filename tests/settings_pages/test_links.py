"""A settings link opens one installation's settings, for a while, and nothing else."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from connector_kit.models import Installation, StaffAction
from connector_kit.publisher.actions import THE_KIT
from connector_kit.publisher.roles import Role
from connector_kit.publisher.settings_links import make_link
from tests.settings_pages.records import DOCUMENT, installation_with

pytestmark = pytest.mark.django_db


def path_of(link):
    return whole_path(link.url)


def whole_path(url):
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


@pytest.fixture
def installation():
    return installation_with(DOCUMENT)


@pytest.fixture
def later(monkeypatch):
    """Moves the clock that links and sessions go by."""

    def forward(**duration):
        now = timezone.now() + timedelta(**duration)
        monkeypatch.setattr(timezone, "now", lambda: now)

    return forward


def open_(client, installation, **lifetime):
    return client.get(path_of(make_link(installation, by=THE_KIT, **lifetime)), follow=True)


def test_a_link_opens_the_settings_at_an_address_without_the_secret(client, installation):
    page = open_(client, installation)
    assert page.status_code == 200
    assert page.redirect_chain[-1][0] == f"/settings/{installation.integration_id}/-/Orders/"
    assert "What happens to orders" in page.content.decode()


def test_a_link_opens_no_other_installation(client, installation):
    other = installation_with(DOCUMENT, number=2)
    open_(client, installation)
    for path in ("", "-/Orders/", "alive/", "changes/1/"):
        assert client.get(f"/settings/{other.integration_id}/{path}").status_code == 404
    for path in ("-/Orders/", "state/"):
        assert client.post(f"/settings/{other.integration_id}/{path}").status_code == 404


def test_a_link_opens_nothing_of_the_console(client, installation):
    open_(client, installation)
    for path in ("/console/", "/console/installations/", "/admin/"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert "log" in answer["Location"]
    asked = client.post(f"/settings/{installation.integration_id}/link/")
    assert (asked.status_code, "Log in" in asked.content.decode()) == (403, True)
    assert StaffAction.objects.filter(action="settings.link").count() == 1


def test_the_access_log_holds_no_link(client, installation):
    path = path_of(make_link(installation, by=THE_KIT))

    # Of an address, the access log leaves out all but the path.
    assert client.get(path).wsgi_request.path == "/settings/open/"


def test_an_expired_link_says_so(client, installation, later):
    link = make_link(installation, by=THE_KIT, lifetime=timedelta(hours=1))
    later(hours=1, seconds=1)
    page = client.get(path_of(link))
    assert page.status_code == 403
    assert "expired" in page.content.decode()


def test_what_a_link_opened_closes_when_its_time_is_over(client, installation, later):
    open_(client, installation, lifetime=timedelta(minutes=30))
    here = f"/settings/{installation.integration_id}/-/Orders/"
    assert client.get(here).status_code == 200
    later(minutes=31)
    assert client.get(here).status_code == 404


def test_an_altered_link_opens_nothing(client, installation):
    path = path_of(make_link(installation, by=THE_KIT))
    for altered in (path[:-2] + "AA", path.replace("%3A", "x", 1), "/settings/open/"):
        page = client.get(altered)
        assert page.status_code == 403
        assert "was changed" in page.content.decode()


def test_a_vanished_installation_has_no_settings(client, installation):
    link = make_link(installation, by=THE_KIT)
    installation.note(vanished_at=timezone.now())
    page = client.get(path_of(link), follow=True)
    assert page.status_code == 404
    assert "no longer exists" in page.content.decode()


@pytest.mark.parametrize("lifetime", [timedelta(), timedelta(days=31)])
def test_a_link_lives_for_a_sensible_time(installation, lifetime):
    with pytest.raises(ValueError, match="30 days"):
        make_link(installation, by=THE_KIT, lifetime=lifetime)


def test_the_command_prints_a_link_that_works(client, installation, capsys):
    call_command("settings_link", installation.integration_id, "--hours", "2")
    page = client.get(whole_path(capsys.readouterr().out.strip()), follow=True)
    assert page.status_code == 200


def test_the_command_knows_what_is_not_there():
    with pytest.raises(CommandError, match="installbase"):
        call_command("settings_link", "f" * 24)


def test_staff_make_links_and_it_is_recorded(staff, installation):
    browser = staff(Role.OPERATOR)
    page = browser.post(f"/settings/{installation.integration_id}/link/")
    assert "/settings/open/" in page.content.decode()
    made = StaffAction.objects.get(action="settings.link")
    assert (made.actor_name, made.subject) == (
        "the-operator",
        f"installation/{installation.integration_id}",
    )
    assert "open" not in str(made.after)


def test_the_settings_of_a_store_have_its_name(staff, installation):
    parent = installation_with(DOCUMENT, 7)
    Installation.objects.filter(pk=installation.pk).update(parent=parent, name="Store 1")

    page = staff(Role.OPERATOR).get(f"/settings/{installation.integration_id}/-/Orders/")

    assert "Settings of Store 1" in page.content.decode()


def test_a_viewer_looks_and_cannot_save(staff, installation):
    browser = staff(Role.VIEWER)
    here = f"/settings/{installation.integration_id}/-/Orders/"
    page = browser.get(here)
    assert page.status_code == 200
    assert "not change them" in page.content.decode()
    assert browser.post(here, {"f-channel": "#x"}).status_code == 403
    assert browser.post(f"/settings/{installation.integration_id}/link/").status_code == 403
