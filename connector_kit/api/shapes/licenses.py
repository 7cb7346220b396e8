"""Licenses: requests, and the licenses themselves."""

from __future__ import annotations

from datetime import date
from typing import Any

from rest_framework import serializers

from connector_kit.api.shapes.plain import Shown, counts, objects, words
from connector_kit.licensing import MOST_DAYS, MOST_STORES, Standing
from connector_kit.licensing.days import FIRST_DAY, LAST_DAY
from connector_kit.models import License, LicenseEvent, LicenseReminder
from connector_kit.publisher.licenses import LicenseRequest, license_json
from connector_kit.publisher.licenses.search import trail_of

STANDINGS = [standing.value for standing in Standing]
CHILDREN_SHOWN = 200
REMINDERS_SHOWN = 50


def known_day(value: date) -> None:
    """Refuse days that cannot be computed with."""
    if not FIRST_DAY <= value <= LAST_DAY:
        raise serializers.ValidationError(f"Use a day from {FIRST_DAY} to {LAST_DAY}.")


class PlatformShape(Shown):
    """What the platform says of a license; *opts* is null as long as it has none."""

    expires = serializers.DateTimeField(allow_null=True)
    trial_ends = serializers.DateTimeField(allow_null=True)
    integration_id = serializers.CharField(allow_blank=True)
    user_name = serializers.CharField(allow_blank=True)
    type = serializers.CharField(allow_blank=True)
    parent_license_id = serializers.CharField(allow_blank=True)
    resumable = serializers.BooleanField()
    opts = serializers.DictField(allow_null=True)


class LicenseShape(Shown):
    """A license, as ``connector-kit license show --json`` prints it.

    *ends* is the last agreed day, *switched_off_at* when the platform ends it, including the grace;
    both are null while the platform sets its dates. *code* and *message* say why the requested
    terms are not on the platform yet.
    """

    number = serializers.IntegerField()
    license_id = serializers.CharField(allow_null=True)
    connector = serializers.CharField()
    email = serializers.CharField()
    sandbox = serializers.BooleanField()
    standing = serializers.CharField(allow_blank=True)
    edition_in_force = serializers.CharField(allow_blank=True)
    edition = serializers.CharField(allow_blank=True)
    add_ons = words(allow_null=True)
    stores = serializers.IntegerField(allow_null=True)
    opts = serializers.DictField()
    ends = serializers.DateField(allow_null=True)
    time_zone = serializers.CharField()
    is_trial = serializers.BooleanField()
    grace_days = serializers.IntegerField()
    off_at = serializers.DateTimeField(allow_null=True)
    past_due_since = serializers.DateTimeField(allow_null=True)
    switched_off_at = serializers.DateTimeField(allow_null=True)
    platform = PlatformShape()
    drift = objects()
    code = serializers.CharField(allow_blank=True)
    message = serializers.CharField(allow_blank=True)
    attempts = serializers.IntegerField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    vanished_at = serializers.DateTimeField(allow_null=True)

    def to_representation(self, instance: License) -> Any:
        """Return what the commands print too."""
        return super().to_representation(license_json(instance))


class LicenseEventShape(serializers.ModelSerializer[LicenseEvent]):
    """An entry of a license's trail: who did what and when, with before and after."""

    class Meta:
        model = LicenseEvent
        fields = ("at", "by", "act", "before", "after", "code", "message")


class LicenseReminderShape(serializers.ModelSerializer[LicenseReminder]):
    """A reminder to the customer that a license ends; *settled_at* is null while it is due."""

    outcome = serializers.CharField(allow_blank=True)

    class Meta:
        model = LicenseReminder
        fields = ("notice", "ends", "due_at", "attempts", "settled_at", "outcome", "message")


class LicenseDetailShape(LicenseShape):
    """A license with its trail and reminders, newest first, and its children."""

    trail = LicenseEventShape(many=True)
    reminders = LicenseReminderShape(many=True)
    children = serializers.ListField(child=serializers.IntegerField())

    def to_representation(self, instance: License) -> Any:
        """Return the license with what was done with it. Three queries."""
        details: dict[str, Any] = {
            **license_json(instance),
            "trail": trail_of(instance),
            "reminders": instance.reminders.order_by("-ends", "-pk")[:REMINDERS_SHOWN],
            "children": instance.children.order_by("pk").values_list("pk", flat=True)[
                :CHILDREN_SHOWN
            ],
        }
        return serializers.Serializer.to_representation(self, details)


class LicenseCountsShape(Shown):
    """How many licenses there are, by standing; under "" those whose dates are the platform's."""

    total = serializers.IntegerField()
    standings = counts()


class EndsShape(Shown):
    """How many licenses end on a day."""

    day = serializers.DateField(source="date")
    total = serializers.IntegerField()
    standings = counts(source="counts")


class MonthShape(Shown):
    """A month: its days on which licenses end."""

    month = serializers.RegexField(r"^[0-9]{4}-[0-9]{2}$", help_text="Such as 2027-01.")
    total = serializers.IntegerField()
    days = EndsShape(many=True)


class LicenseWishShape(Shown):
    """A license's customer and terms; the platform decides what is left out."""

    connector = serializers.SlugField(help_text="A connector's slug.")
    email = serializers.EmailField(max_length=320)
    edition = serializers.CharField(required=False, allow_blank=True, max_length=200)
    add_ons = words(required=False, max_length=100)
    stores = serializers.IntegerField(required=False, min_value=0, max_value=MOST_STORES)
    sandbox = serializers.BooleanField(default=False)
    time_zone = serializers.CharField(
        required=False, allow_blank=True, max_length=64, help_text="Such as Europe/Berlin."
    )
    opts = serializers.DictField(required=False)
    another = serializers.BooleanField(
        default=False, help_text="Even if the customer already has one with other terms."
    )

    def wanted(self) -> LicenseRequest:
        """The request; the shape must be valid."""
        data = self.validated_data
        return LicenseRequest(
            email=data["email"],
            edition=data.get("edition", "").strip(),
            add_ons=tuple(data["add_ons"]) if "add_ons" in data else None,
            stores=data.get("stores"),
            sandbox=data["sandbox"],
            time_zone=data.get("time_zone", ""),
            opts=data.get("opts", {}),
        )


class NewLicenseShape(LicenseWishShape):
    """A license to make."""

    until = serializers.DateField(
        validators=[known_day], help_text="The last day, in the customer's time zone."
    )


class NewTrialShape(LicenseWishShape):
    """A trial to begin."""

    days = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_DAYS,
        help_text="Days from today; default: from the policy.",
    )


class UntilShape(Shown):
    """The last day, included, in the customer's time zone."""

    until = serializers.DateField(validators=[known_day])


class MoreDaysShape(Shown):
    """The number of days to add."""

    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS)


class EditionWishShape(Shown):
    """The new edition, by its name in licenses."""

    edition = serializers.CharField(max_length=200)


class AddOnsShape(Shown):
    """Exactly these add-ons, and this number of stores; what is left out stays as it is."""

    add_ons = words(required=False, max_length=100)
    stores = serializers.IntegerField(required=False, min_value=0, max_value=MOST_STORES)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Require at least one field; add-ons are a set."""
        if not attrs:
            raise serializers.ValidationError("Send add_ons, stores, or both.")
        if "add_ons" in attrs:
            attrs["add_ons"] = tuple(attrs["add_ons"])
        return attrs


class ChildShape(Shown):
    """What a child's license adds."""

    opts = serializers.DictField(required=False)


class NothingShape(Shown):
    """A request without a body."""
