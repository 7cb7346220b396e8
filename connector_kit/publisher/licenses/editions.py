"""Which editions a connector has: the one place that asks its newest release."""

from __future__ import annotations

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
    newest = Release.objects.newest(connector)
    return tuple(each.word for each in newest.blueprint().editions) if newest else ()
