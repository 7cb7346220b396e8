"""Rollouts: what to start, and their status."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from connector_kit.api.shapes.plain import Shown, counts, words
from connector_kit.models import Push, Rollout
from connector_kit.rollouts import RolloutOptions, Selection
from connector_kit.rollouts.options import (
    DEFAULT_WAVES,
    MOST_WAVES,
    NUMBERS,
    RECREATE_DELETED,
    as_sentence,
)


class SelectionShape(Shown):
    """A part of the install base; what is left out admits every installation."""

    environment = serializers.ChoiceField(choices=["sandbox", "production"], required=False)
    versions = words(required=False, max_length=100)
    tags = words(required=False, max_length=100)
    installations = words(required=False, max_length=1000)


class RolloutWishShape(Shown):
    """A rollout to preview, or to start."""

    connector = serializers.SlugField()
    release = serializers.CharField(
        required=False, max_length=64, help_text="A version; default: the newest."
    )
    waves = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        min_length=1,
        max_length=MOST_WAVES,
        help_text='Sizes in order: "3", "25%" (of the base) or "rest".',
    )
    only = SelectionShape(required=False)


def _number(name: str) -> serializers.IntegerField:
    number = NUMBERS[name]
    return serializers.IntegerField(
        default=number.default,
        min_value=number.least,
        max_value=number.most,
        help_text=as_sentence(number.about),
    )


class NewRolloutShape(RolloutWishShape):
    """A rollout to start."""

    window = _number("window")
    failure_limit = _number("failure_limit")
    max_attempts = _number("max_attempts")
    wave_failure_share = _number("wave_failure_share")
    recreate_deleted = serializers.BooleanField(
        default=False, help_text=as_sentence(RECREATE_DELETED)
    )
    digest = serializers.CharField(
        required=False,
        max_length=64,
        help_text="Digest of the approved preview; the start is refused if anything changed since.",
    )


class ControlShape(Shown):
    """An action on a rollout."""

    reason = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=1000,
        help_text="Reason, for the status and the audit log.",
    )


class UnlockShape(ControlShape):
    """Locked installations to undo, or to finish."""

    finish = serializers.BooleanField(
        default=False, help_text="Update them to the release instead of undoing."
    )
    installations = words(
        required=False,
        max_length=1000,
        help_text="Integration ids; default: all locked installations.",
    )


def selection(data: dict[str, Any] | None) -> Selection:
    """Return what *data*, checked by `SelectionShape`, selects."""
    data = data or {}
    environment = data.get("environment")
    return Selection(
        sandbox=None if environment is None else environment == "sandbox",
        versions=tuple(data.get("versions", ())),
        tags=tuple(data.get("tags", ())),
        integrations=tuple(data.get("installations", ())),
    )


def waves(data: dict[str, Any]) -> tuple[str, ...]:
    """Return the sizes of the waves, the usual ones when none are given."""
    return tuple(data.get("waves") or DEFAULT_WAVES)


def options(data: dict[str, Any]) -> RolloutOptions:
    """Return how the rollout in *data*, validated by `NewRolloutShape`, proceeds."""
    return RolloutOptions(
        waves=waves(data),
        recreate_deleted=data["recreate_deleted"],
        **{name: data[name] for name in NUMBERS},
    )


class RolloutShape(serializers.ModelSerializer[Rollout]):
    """A rollout as the list shows it."""

    connector = serializers.CharField(source="connector.slug")
    version = serializers.CharField(source="release.version")
    created_by = serializers.CharField(source="created_by.username", allow_null=True, default=None)

    class Meta:
        model = Rollout
        fields = (
            *("id", "connector", "version", "state", "reason", "window", "failure_limit"),
            *("max_attempts", "wave_failure_share", "recreate_deleted", "created_by"),
            *("created_at", "finished_at"),
        )


class WaveStatusShape(Shown):
    """A wave, and how many of its pushes are in which state."""

    index = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]  # serializers have that name, too
    state = serializers.CharField()
    total = serializers.IntegerField()
    settled = serializers.IntegerField()
    counts = counts()


class FailureShape(Shown):
    """Pushes that failed or were skipped for one reason, and one of them."""

    code = serializers.CharField(allow_blank=True)
    state = serializers.CharField()
    count = serializers.IntegerField()
    installation = serializers.CharField()
    message = serializers.CharField(allow_blank=True)


class WaitingShape(Shown):
    """An updated installation that waits for the customer; *needs* says for what.

    It is empty if that was completed since. The first twenty are listed; the counts are of all.
    """

    installation = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_blank=True)
    tag = serializers.CharField(allow_blank=True)
    needs = words()


class LockedInstallationShape(Shown):
    """An installation whose customer cannot edit, because of the rollout."""

    installation = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_blank=True)
    tag = serializers.CharField(allow_blank=True)
    since = serializers.DateTimeField(allow_null=True)
    code = serializers.CharField(allow_blank=True)
    message = serializers.CharField(allow_blank=True)
    state = serializers.CharField(
        help_text="retrying or undoing; failed or skipped if nothing more will happen."
    )


class StatusShape(Shown):
    """A rollout at one moment. *seconds_remaining* is null when it cannot be estimated."""

    id = serializers.IntegerField()
    connector = serializers.CharField()
    version = serializers.CharField()
    state = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    total = serializers.IntegerField()
    settled = serializers.IntegerField()
    counts = counts()
    not_started = serializers.IntegerField()
    undoing = serializers.IntegerField()
    locked = serializers.IntegerField()
    locked_installations = LockedInstallationShape(many=True)
    waves = WaveStatusShape(many=True)
    pushes_per_minute = serializers.FloatField()
    seconds_remaining = serializers.IntegerField(allow_null=True)
    seconds_elapsed = serializers.IntegerField()
    failures = FailureShape(many=True)
    waits = WaitingShape(many=True)


class WavePreviewShape(Shown):
    """A planned wave. *sandboxes* and *production* count the installations to update."""

    index = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]  # serializers have that name, too
    total = serializers.IntegerField()
    to_update = serializers.IntegerField()
    current = serializers.IntegerField()
    skipped = serializers.IntegerField()
    sandboxes = serializers.IntegerField()
    production = serializers.IntegerField()
    examples = words()


class ChangePreviewShape(Shown):
    """What the update does to installations of one release, judging by one of them."""

    from_version = serializers.CharField()
    installations = serializers.IntegerField()
    example = serializers.CharField()
    summary = counts()
    blocked = serializers.BooleanField()
    needs = words()


class PreviewShape(Shown):
    """A rollout that has not been started."""

    version = serializers.CharField()
    digest = serializers.CharField(help_text="Send it with the start to start exactly this.")
    total = serializers.IntegerField()
    waves = WavePreviewShape(many=True)
    changes = ChangePreviewShape(many=True)


class PushShape(serializers.ModelSerializer[Push]):
    """One installation's place in a rollout."""

    installation = serializers.CharField(source="installation.integration_id")
    wave = serializers.IntegerField(source="wave.index")
    operation = serializers.IntegerField(source="operation_id", allow_null=True)

    class Meta:
        model = Push
        fields = (
            *("id", "installation", "wave", "state", "attempts", "from_version", "due_at"),
            *("sent_at", "finished_at", "verified_at", "code", "message", "operation"),
        )
