"""The authorization matrix: every address, asked as everybody, opens to whom docs/access.md says.

Addresses come from the URLconf, expectations from the docs: an address without a row fails.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from connector_kit.models import SettingsChange
from connector_kit.publisher.actions import THE_KIT
from connector_kit.publisher.roles import SCOPES, Role, Scope
from connector_kit.publisher.settings_links import make_link
from connector_kit.publisher.staff import set_role
from tests.api.fixtures import token_of
from tests.server.addresses import ADDRESSES, EXAMPLES, Address
from tests.settings_pages.records import DOCUMENT, installation_with
from tests.settings_pages.test_links import path_of

PAGE = (Path(__file__).parents[2] / "docs" / "access.md").read_text()
BELOW = "…"
NOBODY = {
    "–",  # noqa: RUF001 - as the docs have it
    "the system token",
    "the shop's signature",
    "what is signed in the link",
    "superusers",
}
"""What opens an address to nobody who is asked as here."""
LOG_INS = ("/console/log-in/?next=", "/admin/login/?next=")
FORMS = ("/add/", "/{object_id}/delete/", "/{object_id}/change/")
"""How the admin's forms end; the last one is also where a record is read."""
SETTINGS = f"{1:024x}"


class Row(NamedTuple):
    """A row of the docs: where, and what opens it to read and to change."""

    route: str
    read: set[str]
    change: set[str]

    def fits(self, route: str) -> bool:
        """Whether the row is about *route*."""
        return route == self.route or (
            self.route.endswith(BELOW) and route.startswith(self.route.removesuffix(BELOW))
        )


def rows() -> list[Row]:
    found = re.findall(r"^\| `(/[^`]*)` \| (.*?) \| (.*?) \|$", PAGE, re.MULTILINE)
    return [Row(route, words(read), words(change)) for route, read, change in found]


def words(cell: str) -> set[str]:
    return {word.strip("`") for word in cell.split(", ")}


ROWS = rows()


def row_of(address: Address) -> Row:
    found = [row for row in ROWS if row.fits(address.route)]
    assert len(found) == 1, f"docs/access.md has {len(found)} rows for {address.route}, not one"
    return found[0]


@dataclass
class Caller:
    """Somebody who asks: in a browser or with a token, and what opens an address to them."""

    client: Client
    opens: set[str]
    token: str = ""

    def ask(self, method: str, path: str) -> int | str:
        """Return the status, or where the answer leads."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = {"content_type": "application/json"} if path.startswith("/api/") else {}
        answer = getattr(self.client, method)(path, headers=headers, **body)
        is_stored_nowhere = "no-store" in answer.headers.get("Cache-Control", "")
        assert is_stored_nowhere is not path.startswith(PUBLIC), path
        return answer.headers.get("Location") or answer.status_code

    def may(self, cell: set[str], route: str) -> bool:
        """Whether *cell* opens *route* to them."""
        if cell <= NOBODY:
            return False
        granted = self.opens if not self.token or route.startswith("/api/") else set()
        return bool(cell & (granted | {"everybody"}))


PUBLIC = ("/api/schema/", "/api/docs/")


def examples(address: Address) -> str:
    """An address at which, where a refusal looks like nothing being there, there is something."""
    if not address.route.startswith("/settings/"):
        return address.path
    there = {"integration_id": SETTINGS, "address": "Orders"}
    there["change_id"] = str(SettingsChange.objects.get().pk)
    return address.with_examples({**EXAMPLES, **there})


def is_refusal(answer: int | str, route: str) -> bool:
    """Whether *answer* keeps somebody out."""
    if isinstance(answer, str):
        return answer.startswith(LOG_INS)
    return answer in (401, 403) or (answer == 404 and route.startswith("/settings/"))


def is_nothing(answer: int | str, route: str) -> bool:
    """Whether *answer* shows nothing of anybody, whoever asked: no such method, no such record."""
    leads_on = (
        isinstance(answer, str) and route.startswith("/admin/") and not is_refusal(answer, "")
    )
    return answer in (404, 405) or leads_on


def methods_of(address: Address) -> list[str]:
    """The methods that might change something; in the admin its forms' own: lists answer any."""
    if address.route.startswith("/admin/") and not address.route.endswith(FORMS):
        return []
    view = getattr(address.view, "view_class", getattr(address.view, "cls", None))
    return ["post", *(name for name in ("put", "patch", "delete") if hasattr(view, name))]


def is_right(caller: Caller, row: Row, route: str, method: str, answer: int | str) -> bool:
    """Whether *answer* is what *row* says."""
    if isinstance(answer, int) and answer >= 500 and route != "/health":
        return False
    is_reading = method == "get" and not route.endswith(FORMS[:2])
    if caller.may(row.read if is_reading else row.change, route):
        return not is_refusal(answer, route)
    return is_refusal(answer, route) or is_nothing(answer, route)


def deviations(caller: Caller, addresses: list[Address]) -> list[str]:
    """What is open that should not be, closed that should be open, or broken."""
    found = []
    for address in addresses:
        row, route, path = row_of(address), address.route, examples(address)
        for method in ("get", *methods_of(address)):
            answer = caller.ask(method, path)
            if not is_right(caller, row, route, method, answer):
                found.append(f"{method} {route}: {answer}")
    return found


def last(address: Address) -> bool:
    """Logging out ends what is being tried."""
    return address.route.endswith(("log-out/", "logout/"))


EVERYWHERE = sorted(ADDRESSES, key=last)
IN_THE_API = [
    address
    for address in ADDRESSES
    if address.route.startswith("/api/") and not address.route.startswith(PUBLIC)
]


@pytest.fixture
def client(db):
    """A browser of nobody's."""
    SettingsChange.objects.create(
        installation=installation_with(DOCUMENT), values={}, by="somebody", outcome="applied"
    )
    return Client(raise_request_exception=False)


def anonymous(client):
    return Caller(client, set())


def of_role(role: Role) -> Callable[[Client], Caller]:
    def log_in(client):
        set_role("alice", role, by=THE_KIT)
        client.force_login(get_user_model().objects.get(username="alice"), BACKEND)
        return Caller(client, {*SCOPES[role], "every role"})

    return log_in


BACKEND = "django.contrib.auth.backends.ModelBackend"


def customer(client):
    here = SettingsChange.objects.get().installation
    client.get(path_of(make_link(here, by=THE_KIT)))
    return Caller(client, {"a link"})


def other_customer(client):
    client.get(path_of(make_link(installation_with(DOCUMENT, number=2), by=THE_KIT)))
    return Caller(client, set())


def customer_whose_link_was_revoked(client):
    customer(client)
    here = SettingsChange.objects.get().installation
    here.settings_links.update(revoked_at="2026-01-01T00:00:00Z")
    return Caller(client, set())


def token_of_everything(client):
    return Caller(client, set(Scope), token_of("alice", Role.ADMIN))


CALLERS = {
    "a stranger": anonymous,
    **{f"the {role}": of_role(role) for role in Role},
    "a customer": customer,
    "the customer of another installation": other_customer,
    "a customer whose link was revoked": customer_whose_link_was_revoked,
    "a token of all scopes": token_of_everything,
}


@pytest.mark.parametrize("caller", CALLERS.values(), ids=CALLERS)
def test_every_address_opens_to_whom_the_docs_say(client, caller):
    assert deviations(caller(client), EVERYWHERE) == []


@pytest.mark.parametrize("scope", Scope)
def test_a_token_of_one_scope_opens_what_the_scope_opens(client, scope):
    token = token_of("alice", Role.ADMIN, {scope})

    assert deviations(Caller(client, {scope}, token), IN_THE_API) == []


def unknown(token):
    return "ck_000000000000_guess"


def demoted(token):
    set_role("alice", Role.VIEWER, by=THE_KIT)
    return token


def left(token):
    get_user_model().objects.update(is_active=False)
    return token


@pytest.mark.parametrize(
    ("change", "opens"),
    [(unknown, set()), (demoted, SCOPES[Role.VIEWER]), (left, set())],
    ids=["unknown", "of somebody demoted", "of somebody who left"],
)
def test_a_token_opens_no_more_than_its_owners_role_does_now(client, change, opens):
    token = change(token_of("alice", Role.ADMIN))

    assert deviations(Caller(client, set(opens), token), IN_THE_API) == []


def test_every_address_has_a_row_and_every_row_an_address():
    routes = [address.route for address in ADDRESSES]

    assert [route for route in routes if sum(row.fits(route) for row in ROWS) != 1] == []
    assert [row.route for row in ROWS if not any(map(row.fits, routes))] == []


def test_the_rows_speak_of_known_scopes_and_callers():
    known = {*Scope, *NOBODY, "everybody", "every role", "a link"}

    assert {word for row in ROWS for word in row.read | row.change} <= known
