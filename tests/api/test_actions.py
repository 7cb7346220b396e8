"""Whatever the API changes is on record; no route that writes is forgotten."""

import inspect
from pathlib import Path

import pytest
from django.urls import URLPattern

from connector_kit.api import urls
from connector_kit.models import StaffAction

WRITING = ("post", "put", "patch", "delete")

ONLY_READING = {"Previews"}
"""Routes to which something is sent, and which change nothing."""

BY_EVENTS = {"Webhooks", "Subscriptions"}
"""Routes of a shop, whose events are the record themselves, and of what they change too."""

RECORDED = {
    *("Publish", "DefaultRelease", "Drift", "OneSettings", "DryRuns", "Rollouts"),
    *("Links", "RevokeLink", "RevokeLinks"),
    *("Pause", "Resume", "Abort", "Retry", "RollBack", "Unlock"),
    *("Licenses", "Trials", "Convert", "Renew", "Extend", "ChangeEdition", "SetAddOns"),
    *("Expire", "Reactivate", "Restore", "Delete", "Child"),
    *("Deployments", "Update", "Remove", "RunExport", "RunImport"),
}
"""Views whose services record what they do; each is tried by the tests of its own. Whoever adds a
route has its service call `record_action`, and names it here."""


def writing_views() -> set[str]:
    views = {
        pattern.callback.view_class
        for pattern in urls.urlpatterns
        if isinstance(pattern, URLPattern) and hasattr(pattern.callback, "view_class")
    }
    return {view.__name__ for view in views if any(hasattr(view, name) for name in WRITING)}


def test_every_route_that_writes_is_one_whose_service_records_it() -> None:
    assert writing_views() == RECORDED | ONLY_READING | BY_EVENTS


def test_views_leave_recording_to_services() -> None:
    folder = Path(inspect.getfile(urls)).parent

    assert not [path for path in folder.rglob("*.py") if "record_action" in path.read_text()]


@pytest.mark.django_db
def test_a_license_that_a_program_makes_and_changes_is_among_the_actions(
    api, orders, platform
) -> None:
    StaffAction.objects.all().delete()
    email = platform.sandbox.accounts[0].email
    wish = {"connector": orders.slug, "email": email, "until": "2090-01-01"}
    made = api.post("licenses/", wish, expect=201)
    api.post(f"licenses/{made['number']}/extend/", {"days": 3})
    api.post(f"licenses/{made['number']}/delete/")

    actions = api.get("actions/", subject=f"license/{made['number']}")["results"]

    assert [(action["action"], action["actor"]) for action in actions] == [
        (f"license.{word}", "admin-of-the-tests (token tests)")
        for word in ("delete", "extend", "create")
    ]
    [extended] = [action for action in actions if action["action"] == "license.extend"]
    assert extended["before"]["ends"] == "2090-01-01"
    assert extended["after"]["ends"] == "2090-01-04"
