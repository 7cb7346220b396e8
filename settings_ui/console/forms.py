"""The console's forms: input becomes the arguments of a service, or an error beside the field."""

from __future__ import annotations

from typing import Any

from django import forms

from connector_kit.licensing import Standing
from connector_kit.models import Connector, Operation, Release, Rollout
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.install_base_search import InstallBaseFilter
from connector_kit.rollouts import RolloutError, RolloutOptions, Selection, start_rollout
from connector_kit.rollouts.options import (
    DEFAULT_WAVES,
    NUMBERS,
    RECREATE_DELETED,
    as_sentence,
)
from connector_kit.rollouts.preview import Preview, preview
from connector_kit.rollouts.waves import parse_waves


class InstallBaseForm(forms.Form):
    """The filters of the install base; all of them may be left open."""

    words = forms.CharField(
        label="Search",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    connector = forms.ModelChoiceField(
        Connector.objects.order_by("slug"),
        to_field_name="slug",
        required=False,
        empty_label="all",
    )
    version = forms.CharField(required=False, max_length=64)
    edition = forms.CharField(required=False, max_length=100)
    environment = forms.ChoiceField(
        choices=[("", "all"), ("production", "production"), ("sandbox", "sandbox")],
        required=False,
    )
    outcome = forms.ChoiceField(
        label="Last update",
        choices=[
            ("", "all"),
            *((outcome.value, outcome.value) for outcome in Operation.Outcome),
            ("running", "running"),
            ("none", "none yet"),
        ],
        required=False,
    )
    license = forms.ChoiceField(
        label="License",
        choices=[("", "all"), *((standing.value, standing.value) for standing in Standing)],
        required=False,
    )
    drifted = forms.ChoiceField(
        label="Drift",
        choices=[("", "all"), ("yes", "drifted"), ("no", "checked, no drift")],
        required=False,
    )
    state = forms.ChoiceField(
        choices=[
            ("", "installed"),
            ("updating", "update in progress"),
            ("needs", "waits for the customer"),
            ("vanished", "vanished"),
            ("any", "all"),
        ],
        required=False,
    )

    stores = forms.ChoiceField(
        choices=[("", "all"), ("only", "only stores"), ("without", "without stores")],
        required=False,
    )

    def wanted(self) -> tuple[Connector | None, InstallBaseFilter]:
        """What to search for; the form must be valid."""
        data = self.cleaned_data
        state = data["state"]
        return data["connector"], InstallBaseFilter(
            search=data["words"] or None,
            version=data["version"].strip() or None,
            edition=data["edition"].strip() or None,
            sandbox={"production": False, "sandbox": True}.get(data["environment"]),
            last_update=data["outcome"] or None,
            license=data["license"] or None,
            drifted={"yes": True, "no": False}.get(data["drifted"]),
            updating=True if state == "updating" else None,
            needs=True if state == "needs" else None,
            child={"only": True, "without": False}.get(data["stores"]),
            vanished={"vanished": True, "any": None}.get(state, False),
        )

    def narrows(self) -> bool:
        """Whether anything but the connector is asked for."""
        return any(self.data.get(name) for name in self.fields if name != "connector")


class ConnectorForm(forms.Form):
    """Which connector a rollout is of."""

    connector = forms.ModelChoiceField(Connector.objects.order_by("slug"), to_field_name="slug")


def _number(name: str, label: str) -> forms.IntegerField:
    """Return the field of a numeric option of rollouts."""
    number = NUMBERS[name]
    return forms.IntegerField(
        label=label,
        help_text=as_sentence(number.about),
        min_value=number.least,
        max_value=number.most,
        initial=number.default,
    )


class RolloutForm(forms.Form):
    """How a release of one connector is brought to the install base."""

    release = forms.ModelChoiceField(Release.objects.none(), to_field_name="version")
    waves = forms.CharField(
        help_text="Sizes in order, separated by commas: a count (3), a percentage (25%), or rest.",
        initial=", ".join(DEFAULT_WAVES),
        max_length=500,
    )
    window = _number("window", "In parallel")
    failure_limit = _number("failure_limit", "Failure limit")
    max_attempts = _number("max_attempts", "Attempts")
    wave_failure_share = _number("wave_failure_share", "Failures in a wave")
    recreate_deleted = forms.BooleanField(
        label="Recreate deleted components",
        help_text=as_sentence(RECREATE_DELETED),
        required=False,
    )
    environment = forms.ChoiceField(
        choices=[("", "all"), ("sandbox", "sandbox only"), ("production", "production only")],
        required=False,
    )
    versions = forms.CharField(
        label="Only from these versions",
        help_text="Separated by commas.",
        required=False,
        max_length=1000,
    )
    tags = forms.CharField(
        label="Only with these tags", help_text="Separated by commas.", required=False
    )
    integrations = forms.CharField(
        label="Only these installations",
        help_text="Integration IDs, separated by commas or spaces.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    updated_by = forms.IntegerField(
        label="Only from rollout number",
        help_text="All installations it pushed to, whatever the outcome.",
        required=False,
        min_value=1,
    )
    came_from = forms.CharField(
        label="… that came from these versions", required=False, max_length=1000
    )

    def __init__(self, connector: Connector, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connector = connector
        releases = connector.releases.defer("manifest").order_by("-published_at", "-pk")
        field: Any = self.fields["release"]
        field.queryset, field.empty_label = releases, None
        field.label_from_instance = lambda release: release.version

    def clean_waves(self) -> tuple[str, ...]:
        """Read the sizes; report an unusable one at its place."""
        words = _words(self.cleaned_data["waves"])
        try:
            parse_waves(words)
        except RolloutError as error:
            raise forms.ValidationError(str(error)) from error
        return words

    def clean_updated_by(self) -> int | None:
        """Only rollouts of the same connector are meant."""
        number: int | None = self.cleaned_data["updated_by"]
        if number and not Rollout.objects.filter(pk=number, connector=self.connector).exists():
            raise forms.ValidationError(f"{self.connector.slug} has no rollout {number}.")
        return number

    def selection(self) -> Selection:
        """The selected part of the install base."""
        data = self.cleaned_data
        return Selection(
            sandbox={"production": False, "sandbox": True}.get(data["environment"]),
            versions=_words(data["versions"]),
            tags=_words(data["tags"]),
            integrations=_words(data["integrations"].replace("\n", ",").replace(" ", ",")),
            updated_by=data["updated_by"],
            came_from=_words(data["came_from"]),
        )

    def preview(self) -> Preview:
        """What would be started; raises `RolloutError`."""
        data = self.cleaned_data
        return preview(
            self.connector,
            release=data["release"],
            waves=data["waves"],
            only=self.selection(),
        )

    def start(self, by: Actor) -> Rollout:
        """Start it; raises `RolloutError`."""
        data = self.cleaned_data
        return start_rollout(
            self.connector,
            release=data["release"],
            options=RolloutOptions(
                waves=data["waves"],
                recreate_deleted=data["recreate_deleted"],
                **{name: data[name] for name in NUMBERS},
            ),
            only=self.selection(),
            digest=self.data.get("digest") or None,
            by=by,
        )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
