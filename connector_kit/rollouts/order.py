"""In which order a rollout goes through the install base; worked out by the database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from enum import IntEnum
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    SmallIntegerField,
    Sum,
    Value,
    When,
)

from connector_kit.models import Connector, Installation, Release
from connector_kit.rollouts.selection import WHOLE_BASE, Selection
from connector_kit.rollouts.waves import WaveSize

IN_BETWEEN = ("install", "uninstall")
"""Modes in which an installation must not be updated (protocol/README.md, mode)."""


class Lot(IntEnum):
    """What a rollout does with an installation, in the order of its waves."""

    UPDATE = 0
    SKIP = 1
    """The customer is installing or uninstalling."""
    CURRENT = 2
    """By the records, it already has the complete release, and so have its stores."""


ORDER = ("lot", "-sandbox", "pk")


def in_order(
    connector: Connector, release: Release, only: Selection = WHOLE_BASE
) -> QuerySet[Any, Any]:
    """The selected installations, each with its ``lot``: first those to update, sandboxes ahead.

    Those that are not updated come last, so that the first waves have their intended size.
    """
    runs = Q(release=release, version=release.version, update_in_progress=False)
    complete = Installation.objects.active().filter(parent=OuterRef("pk"), mode="settings")
    lot = Case(
        When(runs & ~Exists(complete.exclude(runs)), then=Value(int(Lot.CURRENT))),
        When(mode__in=IN_BETWEEN, then=Value(int(Lot.SKIP))),
        default=Value(int(Lot.UPDATE)),
        output_field=SmallIntegerField(),
    )
    return only.of(connector).annotate(lot=lot).order_by(*ORDER)


def digest_of(
    connector: Connector,
    release: Release,
    sizes: Iterable[WaveSize],
    only: Selection = WHOLE_BASE,
) -> str:
    """A digest of what a rollout of these would be.

    It changes with the release, the selection, the waves, the set of installations, and their
    versions.
    """
    base = in_order(connector, release, only).order_by("lot", "sandbox", "version")
    members = base.values_list("lot", "sandbox", "version").annotate(
        count=Count("pk"), places=Sum("pk")
    )
    groups = [[*group, int(places)] for *group, places in members]  # PostgreSQL sums to decimals
    described = [release.digest, [size.label for size in sizes], only.to_json(), groups]
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()
