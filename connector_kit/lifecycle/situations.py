"""What an installation is entitled to and how it is configured, and its version of a release."""

from __future__ import annotations

from connector_kit.blueprint import Blueprint, Situation, tailored
from connector_kit.models import Installation, Release


def situation_of(installation: Installation) -> Situation:
    """The situation that is on record for *installation*."""
    return Situation(stores=tuple(installation.stores), settings=installation.settings)


def blueprint_for(installation: Installation, release: Release) -> Blueprint:
    """What *release* declares for *installation*."""
    return tailored(release.blueprint(), situation_of(installation))
