"""The forms of licenses: what was typed becomes one act, carried out by the licenses' services."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from connector_kit.licensing import MOST_DAYS, MOST_STORES, Standing
from connector_kit.models import Connector, License
from connector_kit.models.licenses import VANISHED
from connector_kit.publisher import licenses
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.licenses import LicenseFilter, LicenseRequest
from connector_kit.publisher.licenses.offered import declared_editions

DATE = forms.DateInput({"type": "date"})


class LicensesForm(forms.Form):
    """The filters of the licenses; all of them may be left open."""

    email = forms.CharField(label="Customer", required=False, max_length=320)
    connector = forms.ModelChoiceField(
        Connector.objects.order_by("slug"), to_field_name="slug", required=False, empty_label="all"
    )
    standing = forms.ChoiceField(
        label="Status",
        choices=[("", "all"), *((standing.value, standing.value) for standing in Standing)],
        required=False,
    )
    environment = forms.ChoiceField(
        choices=[("", "all"), ("production", "production"), ("sandbox", "sandbox")],
        required=False,
    )
    state = forms.ChoiceField(
        label="On integrator.io",
        choices=[
            ("", "all"),
            ("pending", "not delivered yet"),
            ("drifted", "differs from integrator.io"),
            ("vanished", "gone from integrator.io"),
        ],
        required=False,
    )
    ends = forms.DateField(label="Last day", required=False, widget=DATE)

    def wanted(self) -> tuple[Connector | None, LicenseFilter]:
        """What to search for; the form must be valid."""
        data = self.cleaned_data
        return data["connector"], LicenseFilter(
            email=data["email"].strip() or None,
            standing=data["standing"] or None,
            sandbox={"production": False, "sandbox": True}.get(data["environment"]),
            pending=data["state"] == "pending",
            drifted=data["state"] == "drifted",
            vanished=data["state"] == "vanished",
            ends=data["ends"],
        )


class NewLicenseForm(forms.Form):
    """A new license or trial for a customer."""

    connector = forms.ModelChoiceField(
        Connector.objects.exclude(connector_id=None).order_by("slug"),
        to_field_name="slug",
        empty_label=None,
    )
    email = forms.EmailField(
        label="Customer's e-mail address",
        help_text="The address of their integrator.io account. The license waits until the "
        "account exists.",
    )
    is_trial = forms.BooleanField(label="Trial (length set by the license policy)", required=False)
    until = forms.DateField(
        label="Last day", help_text="In the customer's time zone.", required=False, widget=DATE
    )
    edition = forms.CharField(required=False, max_length=200)
    time_zone = forms.CharField(
        required=False,
        max_length=64,
        help_text="For example, Europe/Berlin. Leave empty for the default.",
    )
    sandbox = forms.BooleanField(label="For the account's sandbox environment", required=False)

    def clean(self) -> dict[str, Any]:
        """Require a last day for a license that is not a trial."""
        data: dict[str, Any] = super().clean() or {}
        if not data.get("is_trial") and not data.get("until") and "until" not in self.errors:
            self.add_error("until", "Enter the last day, or make it a trial.")
        return data

    def create(self, by: Actor) -> License:
        """Make the license; raises `LicenseError` and what the platform answers."""
        data = self.cleaned_data
        request = LicenseRequest(
            email=data["email"],
            edition=data["edition"].strip(),
            sandbox=data["sandbox"],
            time_zone=data["time_zone"].strip(),
        )
        if data["is_trial"]:
            return licenses.trial(data["connector"], request, by=by)
        return licenses.create(data["connector"], request, until=data["until"], by=by)


class _Untilled(forms.Form):
    until = forms.DateField(label="Last day", widget=DATE)


class _Days(forms.Form):
    days = forms.IntegerField(min_value=1, max_value=MOST_DAYS, initial=30)


class _Edition(forms.Form):
    edition = forms.CharField(max_length=200)


class _AddOns(forms.Form):
    add_ons = forms.CharField(
        label="Add-ons",
        required=False,
        help_text="Names, separated by commas. These replace all current add-ons.",
    )
    stores = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_STORES,
        help_text="Leave empty to keep the current number.",
    )

    def clean_add_ons(self) -> tuple[str, ...] | None:
        """Read the names; None when unchanged, as they may be known only to the platform."""
        if "add_ons" not in self.changed_data:
            return None
        words = self.cleaned_data["add_ons"].split(",")
        return tuple(word.strip() for word in words if word.strip())


class _Nothing(forms.Form):
    pass


@dataclass(frozen=True)
class LicenseAct:
    """Something that can be done with a license: its button, its form, its service."""

    name: str
    words: str
    help: str
    form: type[forms.Form]
    do: Callable[..., License]
    fits: Callable[[License], bool]
    is_dangerous: bool = False

    def shown(self, row: License, data: Mapping[str, Any] | None = None) -> forms.Form:
        """Return the act's form for *row*, with what was typed in *data*."""
        initial = {"until": row.ends, "edition": row.edition, "stores": row.stores}
        initial["add_ons"] = ", ".join(row.add_ons or ())
        form = self.form(data, initial=initial, auto_id=f"{self.name}-%s")
        if "edition" in form.fields and (known := declared_editions(row.connector)):
            choices = [(name, name) for name in known]
            form.fields["edition"] = forms.ChoiceField(choices=choices)
        return form


def _is_there(row: License) -> bool:
    return row.vanished_at is None


def _is_lost(row: License) -> bool:
    return row.vanished_at is not None and row.code == VANISHED and row.is_managed


def _is_own(row: License) -> bool:
    return _is_there(row) and not row.is_child


def _is_off(row: License) -> bool:
    return _is_own(row) and (row.off_at is not None or row.standing == Standing.EXPIRED)


def _is_on(row: License) -> bool:
    return _is_own(row) and not _is_off(row)


ACTS: Mapping[str, LicenseAct] = {
    item.name: item
    for item in (
        LicenseAct(
            "convert",
            "Convert trial",
            "Turns the trial into a paid license until this day.",
            _Untilled,
            licenses.convert,
            lambda row: _is_on(row) and row.is_trial,
        ),
        LicenseAct(
            "renew",
            "Renew",
            "Sets a later last day.",
            _Untilled,
            licenses.renew,
            lambda row: _is_on(row) and not row.is_trial,
        ),
        LicenseAct("extend", "Extend", "Adds this many days.", _Days, licenses.extend, _is_on),
        LicenseAct(
            "reactivate",
            "Reactivate",
            "Reactivates the license until this day. The customer then resumes the installation.",
            _Untilled,
            licenses.reactivate,
            _is_off,
        ),
        LicenseAct(
            "change-edition",
            "Change edition",
            "The customer is offered the change in integrator.io.",
            _Edition,
            licenses.change_edition,
            _is_own,
        ),
        LicenseAct("add-ons", "Set add-ons and stores", "", _AddOns, licenses.set_add_ons, _is_own),
        LicenseAct(
            "expire",
            "Suspend now",
            "Stops the installation immediately, without a grace period.",
            _Nothing,
            licenses.expire,
            _is_on,
            is_dangerous=True,
        ),
        LicenseAct(
            "restore",
            "Restore",
            "Creates the license again with the terms above. An installation that used the lost "
            "license does not use the new one automatically.",
            _Nothing,
            licenses.restore,
            _is_lost,
        ),
        LicenseAct(
            "delete",
            "Delete",
            "Not possible while an installation uses the license.",
            _Nothing,
            licenses.delete,
            _is_there,
            is_dangerous=True,
        ),
    )
}
"""What can be done with a license, in the order of the page."""
