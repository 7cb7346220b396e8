"""Licenses over the API, down to the platform: found, made, changed, with who did it."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connector_kit.blueprint import compile_connector
from connector_kit.models import License, Release
from connector_kit.publisher.roles import Role
from tests.publisher.declared import OrdersByEdition
from tests.publisher.licenses.fixtures import acts, desk

__all__ = ["desk"]

BY = "admin-of-the-tests (token tests)"


def numbers(page):
    return [result["number"] for result in page["results"]]


def asked(desk, **more):
    return {
        "connector": "orders-to-slack",
        "email": desk.email,
        "until": str(desk.day(100)),
        **more,
    }


@pytest.fixture
def made(api, desk):
    """A license of the first customer, made over the API."""
    return api.post("licenses/", asked(desk), expect=201)


@pytest.fixture
def several(desk):
    """Licenses that differ in everything that can be asked for."""
    pending = desk.grant(10, "later@example.com")
    gone = desk.grant(20, another=True)
    drifted = desk.grant(30, another=True, sandbox=True)
    License.objects.filter(pk=gone.pk).update(vanished_at=desk.now)
    License.objects.filter(pk=drifted.pk).update(drifted_at=desk.now, standing="grace")
    plain = desk.grant(40, another=True)
    rows = {"pending": pending, "gone": gone, "drifted": drifted, "plain": plain}
    return {name: row.pk for name, row in rows.items()}


def test_a_license_is_made_on_the_platform_once(api, desk, made):
    again = api.post("licenses/", asked(desk), expect=201)

    (live,) = desk.at_platform()
    assert made["license_id"] == live["_id"]
    assert again["number"] == made["number"]
    assert made["ends"] == str(desk.day(100))
    assert License.objects.get().events.first().by == BY


def test_another_license_with_other_terms_has_to_be_wanted(api, desk, made):
    other = asked(desk, until=str(desk.day(200)))

    refused = api.ask("POST", "licenses/", other)
    [error] = refused.json()["errors"]
    assert (refused.status_code, error["code"], error["field"]) == (409, "license_exists", "email")
    assert api.post("licenses/", {**other, "another": True}, expect=201)["number"] > made["number"]


def test_a_trial_lasts_as_long_as_was_said(api, desk):
    wish = {"connector": "orders-to-slack", "email": desk.email, "days": 10}

    trial = api.post("licenses/trial/", wish, expect=201)

    assert (trial["is_trial"], trial["ends"]) == (True, str(desk.day(10)))


def test_what_is_not_on_the_platform_yet_says_why_and_is_listed(api, desk):
    told = api.post("licenses/", asked(desk, email="later@example.com"), expect=201)

    assert (told["code"], told["license_id"]) == ("invalid_user", None)
    assert numbers(api.get("licenses/", pending="true")) == [told["number"]]


@pytest.fixture
def editions(desk):
    """The connector's newest release declares editions."""
    sold = replace(compile_connector(OrdersByEdition), version="1.1.0")
    Release.objects.record(desk.connector, sold)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "plain drifted pending"),
        ({"connector": "orders-to-slack", "email": "LATER@"}, "pending"),
        ({"standing": "grace"}, "drifted"),
        ({"environment": "sandbox"}, "drifted"),
        ({"environment": "production"}, "plain pending"),
        ({"pending": "true"}, "pending"),
        ({"drifted": "true"}, "drifted"),
        ({"vanished": "true"}, "gone"),
    ],
)
def test_licenses_are_filtered(api, several, query, expected):
    assert numbers(api.get("licenses/", **query)) == [several[part] for part in expected.split()]


def test_licenses_are_found_by_their_last_day_and_counted(api, desk, several):
    assert numbers(api.get("licenses/", ends=str(desk.day(40)))) == [several["plain"]]
    assert api.get("licenses/counts/") == {
        "total": 3,
        "standings": {"active": 1, "expiring": 1, "grace": 1},
    }
    assert api.get("licenses/counts/", email="later")["total"] == 1


@pytest.mark.parametrize("query", ["standing=late", "ends=soon", "connector=none", "cursor=x"])
def test_what_cannot_be_asked_for_is_refused_by_name(api, desk, query):
    answer = api.ask("GET", f"licenses/?{query}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


def test_a_page_takes_as_many_queries_however_many_licenses_there_are(client, api, desk):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            answer = client.get("/api/v1/licenses/", headers=api.headers)
        assert answer.status_code == 200
        return len(caught), len(answer.json()["results"])

    desk.grant(10)
    queries()  # the first use of a token is noted
    few, one = queries()
    for days in range(20, 26):
        desk.grant(days, another=True)
    many, seven = queries()

    assert (one, seven) == (1, 7)
    assert few == many


def test_pages_follow_each_other(api, several):
    first = api.get("licenses/", limit=2)
    second = api.get("licenses/" + first["next"].partition("licenses/")[2])

    assert (numbers(first), numbers(second)) == (
        [several["plain"], several["drifted"]],
        [several["pending"]],
    )


def test_one_license_tells_what_was_done_with_it(api, desk, made):
    number = made["number"]
    api.post(f"licenses/{number}/extend/", {"days": 5})
    row = License.objects.get(pk=number)
    row.reminders.create(notice="ends_in_7_days", ends=row.ends, due_at=desk.now)

    told = api.get(f"licenses/{number}/")

    [extended] = [document for document in told["trail"] if document["act"] == "extend"]
    assert (extended["by"], extended["after"]) == (BY, {"ends": str(desk.day(105))})
    assert [reminder["notice"] for reminder in told["reminders"]] == ["ends_in_7_days"]
    assert told["children"] == []


def test_what_is_done_reaches_the_platform(api, desk):
    wish = {"connector": "orders-to-slack", "email": desk.email, "days": 10}
    number = api.post("licenses/trial/", wish, expect=201)["number"]

    def act(name, **body):
        return api.post(f"licenses/{number}/{name}/", body)

    assert act("convert", until=str(desk.day(30)))["is_trial"] is False
    assert act("renew", until=str(desk.day(60)))["ends"] == str(desk.day(60))
    assert act("extend", days=3)["ends"] == str(desk.day(63))
    assert act("add-ons", add_ons=["payouts"], stores=2)["add_ons"] == ["payouts"]
    assert act("change-edition", edition="premium")["edition"] == "premium"
    live = desk.live(License.objects.get())
    assert live["opts"]["connectorEdition"] == "premium"
    assert act("expire")["standing"] == "expired"
    assert act("reactivate", until=str(desk.day(90)))["off_at"] is None
    assert act("delete")["vanished_at"]

    assert desk.at_platform() == []
    done = acts(License.objects.get())
    words = ["trial", "convert", "renew", "extend", "add-ons", "change edition", "expire"]
    assert [name for name in done if name in {*words, "reactivate", "delete"}] == [
        *words, "reactivate", "delete",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("act", "body", "status", "field"),
    [
        ("convert", {"until": "2090-01-01"}, 409, None),
        ("renew", {"until": "2001-01-01"}, 409, "until"),
        ("renew", {"until": "0001-01-01"}, 400, "until"),
        ("renew", {}, 400, "until"),
        ("extend", {"days": 0}, 400, "days"),
        ("reactivate", {"until": "2090-01-01"}, 409, None),
        ("change-edition", {"edition": ""}, 400, "edition"),
        ("add-ons", {}, 400, None),
        ("child", {"opts": {"a": "\0"}}, 400, "opts.a"),
    ],
)
def test_what_does_not_fit_says_what_does(api, made, act, body, status, field):
    answer = api.ask("POST", f"licenses/{made['number']}/{act}/", body)

    [error] = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (status, field)
    assert error["code"]
    assert License.objects.get().revision == 0


def test_an_edition_that_is_not_declared_is_a_wish_that_cannot_be_met(api, desk, made, editions):
    answer = api.ask("POST", f"licenses/{made['number']}/change-edition/", {"edition": "silver"})

    [error] = answer.json()["errors"]
    assert (answer.status_code, error["code"]) == (422, "unknown_edition")
    assert error["field"] == "edition"


def test_the_platform_decides_what_cannot_be_deleted(api, desk, made):
    desk.install()

    answer = api.ask("POST", f"licenses/{made['number']}/delete/")

    assert answer.status_code == 502
    assert License.objects.get().vanished_at is None


def test_the_calendar_counts_the_ends_of_a_month(api, desk, several):
    day = desk.day(40)

    month = api.get("licenses/calendar/", month=f"{day:%Y-%m}", connector="orders-to-slack")

    assert month["month"] == f"{day:%Y-%m}"
    assert {"day": str(day), "total": 1, "standings": {"active": 1}} in month["days"]
    assert month["total"] == sum(day["total"] for day in month["days"])


@pytest.mark.parametrize("month", ["2027-13", "now", "0001-01", "9999-12"])
def test_a_month_that_no_license_ends_in_is_refused(api, desk, month):
    answer = api.ask("GET", f"licenses/calendar/?month={month}")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "month")


def test_viewers_look_and_change_nothing(as_role, desk, made):
    viewer = as_role(Role.VIEWER)

    assert viewer.get(f"licenses/{made['number']}/")["number"] == made["number"]
    assert viewer.ask("POST", f"licenses/{made['number']}/expire/").status_code == 403
    assert License.objects.get().off_at is None


def test_an_unknown_license_is_not_found(api, desk):
    for method, path in (("GET", "licenses/77/"), ("POST", "licenses/77/expire/")):
        answer = api.ask(method, path)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "not_found")
