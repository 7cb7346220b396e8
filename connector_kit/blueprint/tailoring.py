"""One version, as one installation is entitled to it and has configured it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector_kit.blueprint.compiled import Blueprint


@dataclass(frozen=True)
class Situation:
    """What makes one installation's documents differ from another's at the same version.

    *edition* and *add_ons* are names that the connector declares, as the licence grants them;
    *stores* are the ids of a multi-store installation's stores, in their order; *settings* are
    what the customer has set, by the names of the declared settings.
    """

    edition: str | None = None
    add_ons: frozenset[str] = frozenset()
    stores: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


def tailored(blueprint: Blueprint, situation: Situation) -> Blueprint:  # noqa: ARG001
    """Return *blueprint* as it is to be in an installation in that *situation*.

    Pure, and byte for byte the same for the same arguments: whatever is planned, recorded and
    compared is the tailored version.
    """
    return blueprint
