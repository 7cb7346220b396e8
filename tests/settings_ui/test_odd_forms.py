"""Whatever the console's addresses and forms are sent, a page comes."""

import re

import pytest

from settings_ui.console.acts import ACTS
from settings_ui.console.urls import urlpatterns

NAMES = (
    *("words", "connector", "version", "edition", "environment", "outcome", "license", "drifted"),
    *("state", "release", "waves", "window", "failure_limit", "max_attempts", "recreate_deleted"),
    *("wave_failure_share",),
    *("versions", "tags", "integrations", "updated_by", "came_from", "email", "standing", "ends"),
    *("is_trial", "until", "time_zone", "sandbox", "days", "add_ons", "stores", "month", "reason"),
    *("installation", "do", "link", "kept", "next", "who", "subject", "before", "after", "change"),
)
VALUES = {
    "NUL": "a%00b",
    "a number of 5,000 digits": "9" * 5000,
    "a number beyond 64 bits": "9" * 20,
    "a number below all": "-9999999999",
    "a day beyond all": "9999-12-31",
    "a list without end": "%2C".join(["9"] * 5000),
}
GOOD = {"slug": "orders-to-slack", "version": "1.0.0", "integration_id": "0" * 24, "key": "1"}
ACTIONS = (*ACTS, "extend", "renew", "none")


def addresses(**changed: str):
    values = GOOD | changed
    for pattern in urlpatterns:
        if pattern.name in ("log-in", "log-out"):
            continue
        path = re.sub(r"<\w+:(\w+)>", lambda m: values.get(m[1], "{action}"), str(pattern.pattern))
        yield from (
            f"/console/{path.format(action=action)}"
            for action in (ACTIONS if "{action}" in path else ("",))
        )


@pytest.mark.parametrize("value", VALUES)
def test_an_odd_value_in_every_field_of_every_form(history, admin, value):
    history.roll_out(waves=("rest",))
    form = "&".join(f"{name}={VALUES[value]}" for name in NAMES)
    admin.raise_request_exception = False

    for address in addresses():
        posted = admin.generic(
            "POST", address, form, content_type="application/x-www-form-urlencoded"
        )
        read = admin.get(address, QUERY_STRING=form)

        assert posted.status_code < 500, address
        assert read.status_code < 500, address


@pytest.mark.parametrize("odd", ["9" * 30, "%00", "%ED%A0%BD"])
def test_an_odd_name_in_an_address(history, admin, odd):
    admin.raise_request_exception = False

    for name in GOOD:
        for address in addresses(**{name: odd}):
            assert admin.get(address).status_code < 500, address[:200]
