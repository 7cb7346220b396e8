"""Which editions a connector has: the one place that asks its newest release."""

from __future__ import annotations

from connector_kit.blueprint.offers import CompiledEdition
from connector_kit.licensing import LicensingError, Problem
from connector_kit.models import Connector, Release


def check_edition(connector: Connector, word: str) -> None:
    """Raise `LicensingError` unless *connector* declares the edition *word* (empty: none asked).

    A connector that declares none takes any word: the editions are then the platform's affair.
    """
    known = declared_editions(connector)
    if word and known and word.lower() not in {each.lower() for each in known}:
        message = f"{connector} has no edition {word!r}; there are {', '.join(known)}."
        raise LicensingError(Problem("unknown_edition", message, "edition"))


def declared_editions(connector: Connector) -> tuple[str, ...]:
    """Return the editions that the newest release of *connector* declares, lowest first.

    They are words as licences carry them (``opts.connectorEdition``).
    """
    return tuple(each.word for each in _editions(connector))


def edition_names(connector: Connector) -> dict[str, str]:
    """Return the names that a 2.0 listing has for them (`publish` writes it), by word."""
    return {each.word.lower(): each.display_name for each in _editions(connector)}


def _editions(connector: Connector) -> tuple[CompiledEdition, ...]:
    newest = Release.objects.newest(connector)
    return newest.blueprint().editions if newest else ()
