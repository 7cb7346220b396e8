"""What a connector offers, as far as licenses name it: the one place that asks.

Editions and add-ons are those of the newest release, a trial is as long as the class says.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from connector_kit.adoption.loading import LoadError, load_connector
from connector_kit.blueprint.entitlements import of_license
from connector_kit.blueprint.listing import listing_of
from connector_kit.blueprint.offers import CompiledEdition, Offer
from connector_kit.licensing import Problem
from connector_kit.models import Connector, Release
from connector_kit.publisher.licenses.errors import NotOffered

logger = logging.getLogger(__name__)


def check_offered(
    connector: Connector,
    *,
    edition: str = "",
    add_ons: Iterable[str] | None = None,
    opts: Mapping[str, Any] | None = None,
) -> None:
    """Raise `NotOffered` unless *connector* offers everything that the license would name.

    That includes what *opts* name by hand. A connector that declares no editions, or no add-ons,
    accepts any name for one: the platform then decides.
    """
    offer, by_hand = _offer(connector), opts or {}
    editions = [declared.word for declared in offer.editions]
    for word, field in ((edition, "edition"), (by_hand.get("connectorEdition"), "opts")):
        if word and editions and str(word).lower() not in map(str.lower, editions):
            raise _not_offered(connector, "edition", word, editions, field)
    in_opts = of_license(replace(offer, editions=()), by_hand).unknown
    for names, field in ((add_ons or (), "add_ons"), (in_opts, "opts")):
        known = [add_on.name for add_on in offer.add_ons]
        unknown = [name for name in names if known and name not in known]
        if unknown:
            raise _not_offered(connector, "add-on", unknown[0], known, field)


def _not_offered(
    connector: Connector, kind: str, word: Any, known: list[str], field: str
) -> NotOffered:
    message = f"{connector} has no {kind} {word!r}; there are {', '.join(known)}."
    return NotOffered(Problem(f"unknown_{kind.replace('-', '_')}", message, field))


def declared_editions(connector: Connector) -> tuple[str, ...]:
    """Return the editions that the newest release of *connector* declares, lowest first.

    They are words as licenses carry them (``opts.connectorEdition``).
    """
    return tuple(edition.word for edition in _editions(connector))


def declared_add_ons(connector: Connector) -> tuple[str, ...]:
    """Return the add-ons that the newest release of *connector* declares, by name."""
    return tuple(add_on.name for add_on in _offer(connector).add_ons)


def edition_names(connector: Connector) -> dict[str, str]:
    """Return the names that a 2.0 listing has for them (`publish` writes it), by word."""
    return {edition.word.lower(): edition.display_name for edition in _editions(connector)}


def trial_days(connector: Connector) -> int | None:
    """Return the days of a trial that *connector*'s class declares; None if it declares none.

    Customers who start a trial on the platform's own pages get as many.
    """
    try:
        return _days_of(connector.class_path) or None
    except LoadError as error:
        logger.warning(
            "the class of %s knows its trial_days, and is not here: %s", connector, error
        )
        return None


@lru_cache(maxsize=64)
def _days_of(class_path: str) -> int | None:
    return listing_of(load_connector(class_path)).trial_days


def _editions(connector: Connector) -> tuple[CompiledEdition, ...]:
    return _offer(connector).editions


def _offer(connector: Connector) -> Offer:
    newest = Release.objects.newest(connector)
    return newest.blueprint().offer if newest else Offer()
