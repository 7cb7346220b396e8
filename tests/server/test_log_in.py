"""Guessing is slowed by who guesses; nobody is locked out by a stranger."""

import logging

import pytest
from axes.models import AccessAttempt
from django.conf import settings as django_settings
from django.test import Client

from connector_kit.client_address import Proxies
from connector_kit.publisher.actions import THE_KIT
from connector_kit.publisher.roles import Role
from connector_kit.publisher.staff import set_role
from connector_kit.server.log_in import GUESSES_OF_AN_ADDRESS

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
STRANGER = Client()
"""A browser that keeps nothing; one, since each of Django's clients builds the server anew."""
DOORS = ["/console/log-in/", "/admin/login/"]


@pytest.fixture
def admin(db):
    set_role("admin", Role.ADMIN, by=THE_KIT, password=PASSWORD)


@pytest.fixture
def balanced(settings):
    """A server behind one proxy."""
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "trusted_proxies": Proxies(count=1)}


def log_in(client, password, *, name="admin", door=DOORS[0], forwarded="", peer="10.0.0.1"):
    STRANGER.cookies.clear()
    return client.post(
        door,
        {"username": name, "password": password},
        REMOTE_ADDR=peer,
        headers={"X-Forwarded-For": forwarded} if forwarded else {},
    ).status_code


def guess(times=django_settings.AXES_FAILURE_LIMIT, **how):
    return [log_in(STRANGER, f"guess {number}", **how) for number in range(times)]


@pytest.mark.parametrize("door", DOORS)
def test_wrong_passwords_from_elsewhere_behind_the_same_proxy_close_nothing(admin, balanced, door):
    assert guess(door=door, forwarded="203.0.113.9")[-1] == 429

    assert log_in(STRANGER, PASSWORD, door=door, forwarded="198.51.100.7") == 302


def test_who_guesses_gains_nothing_by_made_up_addresses(admin, balanced):
    made_up = [f"192.0.2.{number}, 203.0.113.9" for number in range(12)]

    assert [log_in(STRANGER, "guess", forwarded=name) for name in made_up][-1] == 429


def test_without_trusted_proxies_a_made_up_address_counts_for_nothing(admin):
    made_up = [f"192.0.2.{number}" for number in range(12)]

    assert [log_in(STRANGER, "guess", forwarded=name) for name in made_up][-1] == 429


def test_who_logged_in_before_gets_in_whatever_strangers_do_at_the_same_address(admin):
    known = Client()
    log_in(known, PASSWORD)
    known.post("/console/log-out/")

    assert guess(times=GUESSES_OF_AN_ADDRESS)[-1] == 429

    assert log_in(STRANGER, PASSWORD) == 429
    assert log_in(known, PASSWORD) == 302


def test_a_known_browser_may_not_guess_for_ever_either(admin):
    known = Client()
    log_in(known, PASSWORD)
    known.post("/console/log-out/")

    tried = [log_in(known, "guess") for _ in range(django_settings.AXES_FAILURE_LIMIT)]

    assert (tried[-1], log_in(known, PASSWORD), log_in(STRANGER, PASSWORD)) == (429, 429, 302)


def test_a_known_browser_is_known_for_its_own_name_only(admin):
    set_role("viewer", Role.VIEWER, by=THE_KIT, password=PASSWORD)
    viewer = Client()
    log_in(viewer, PASSWORD, name="viewer")
    viewer.post("/console/log-out/")
    guess()

    assert log_in(viewer, PASSWORD) == 429


def test_a_browser_cannot_say_by_itself_that_it_is_known(admin):
    guess()
    liar = Client()
    liar.cookies["known_browser"] = "admin:0000:made-up"

    assert log_in(liar, PASSWORD) == 429


def test_one_password_for_many_names_is_slowed(admin):
    names = [f"name{number}" for number in range(GUESSES_OF_AN_ADDRESS + 5)]

    tried = [log_in(STRANGER, "Spring2027", name=name) for name in names]

    assert tried[0] == 200
    assert set(tried[GUESSES_OF_AN_ADDRESS + 1 :]) == {429}
    assert log_in(STRANGER, PASSWORD, peer="198.51.100.7") == 302


def test_guesses_while_the_log_in_is_closed_keep_it_closed_no_longer(admin):
    guess()
    [before] = AccessAttempt.objects.values_list("attempt_time", flat=True)
    guess()

    assert [*AccessAttempt.objects.values_list("attempt_time", flat=True)] == [before]


def test_all_addresses_of_a_home_count_as_one(admin):
    homes = [f"2001:db8:1:2::{number}" for number in range(12)]

    assert [log_in(STRANGER, "guess", peer=home) for home in homes][-1] == 429
    assert log_in(STRANGER, PASSWORD, peer="2001:db8:1:3::1") == 302


def test_a_closed_log_in_says_how_long_and_is_logged_with_the_address(admin, balanced, caplog):
    with caplog.at_level(logging.WARNING, "connector_kit.log_in"):
        guess(forwarded="203.0.113.9")
        refused = STRANGER.post(
            DOORS[0],
            {"username": "admin", "password": PASSWORD},
            headers={"X-Forwarded-For": "203.0.113.9"},
        )

    assert refused.headers["Retry-After"] == "300"
    assert "five minutes" in refused.content.decode()
    assert "address=203.0.113.9" in caplog.text
