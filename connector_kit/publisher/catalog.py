"""Which connector is meant: from a word on the command line to a class or a record."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

import semver

from connector_kit.adoption.loading import LoadError, load_connector
from connector_kit.blueprint import Blueprint, Listing, compile_connector, listing_of
from connector_kit.blueprint.problems import did_you_mean
from connector_kit.blueprint.slug import slug_of
from connector_kit.conf import kit
from connector_kit.models import Connector, Release
from connector_kit.publisher.errors import NotPublished, UnknownConnector


@dataclass(frozen=True)
class Candidate:
    """A connector class that could be published."""

    slug: str
    class_path: str
    blueprint: Blueprint
    listing: Listing
    pinned_id: str | None
    """The marketplace id that the settings fix for it (``<id>=module:Class``)."""

    @property
    def handle(self) -> str:
        """The short name in the marketplace; the slug unless the class says another."""
        return self.listing.handle or self.slug


def candidate(target: str | None) -> Candidate:
    """Load and compile the connector at *target*, by default the only configured one.

    *target* may also be a published connector's slug. Raises `DeclarationError` with every problem,
    `UnknownConnector` when it is not clear which connector is meant.
    """
    place = place_of(target)
    cls = load_connector(place)
    path = Path(place.rpartition(":")[0] or place).expanduser()
    module = path.resolve() if path.exists() else cls.__module__
    class_path = f"{module}:{cls.__qualname__}"  # here, every process of the kit finds it again
    names = {place, cls.__module__, class_path}
    pinned = (entry.connector_id for entry in kit().connectors if entry.target in names)
    return Candidate(
        slug=slug_of(cls),
        class_path=class_path,
        blueprint=compile_connector(cls),
        listing=listing_of(cls),
        pinned_id=next(pinned, None),
    )


def development_version(slug: str, compiled: Blueprint) -> str:
    """The version under which *compiled* is published while it is being written: ``1.1.0-dev.3``.

    It precedes the version in the declaration, which stays as it is. The same content keeps its
    version, other content gets the next number.
    """
    final = semver.Version.parse(compiled.version).finalize_version()
    releases = {
        int(found[1]): release
        for release in Release.objects.filter(connector__slug=slug)
        if (found := re.fullmatch(rf"{re.escape(str(final))}-dev\.(\d+)", release.version))
    }
    newest = max(releases, default=0)
    if newest:
        known = releases[newest]
        if replace(compiled, version=known.version).digest == known.digest:
            return known.version
    return f"{final}-dev.{newest + 1}"


def find_connector(name: str | None) -> Connector:
    """The published connector *name*: its slug, or where its class is.

    None means the only one there is. Raises `UnknownConnector` or `NotPublished`.
    """
    if name is None and not kit().connectors:
        return _only_published()
    if known := Connector.objects.filter(slug=name or "").first():
        return known
    place = place_of(name)
    try:
        slug = slug_of(load_connector(place))
    except LoadError as error:
        if any(mark in place for mark in ".:/"):
            raise
        slugs = list(Connector.objects.order_by("slug").values_list("slug", flat=True))
        raise UnknownConnector(
            f"{place!r} is not a published connector. {did_you_mean(place, slugs)}Published: "
            f"{', '.join(slugs) or 'none yet'}."
        ) from error
    if known := Connector.objects.filter(slug=slug).first():
        return known
    raise NotPublished(f"{slug} is not published yet. First run 'connector-kit publish {place}'.")


def find_release(connector: Connector, version: str | None) -> Release:
    """The release *version* of *connector*, by default its newest; raises `NotPublished`."""
    if version is None:
        found = Release.objects.newest(connector)
    else:
        found = connector.releases.filter(version=version).first()
    if found:
        return found
    known = ", ".join(connector.releases.values_list("version", flat=True)) or "none"
    raise NotPublished(
        f"{connector.slug} has no release {version or ''} here (published: {known}). Publish it, "
        "or choose one of these."
    )


def published_id(connector: Connector) -> str:
    """The marketplace id of *connector*; raises `NotPublished` when it has none."""
    if connector.connector_id:
        return connector.connector_id
    raise NotPublished(
        f"{connector.slug} has no record on the platform yet. First run 'connector-kit publish "
        f"{connector.slug}'."
    )


def place_of(target: str | None) -> str:
    """Where the class of *target* is, by default the only configured one's."""
    if target is not None:
        known = Connector.objects.filter(slug=target).first()
        return known.class_path if known else target
    targets = [entry.target for entry in kit().connectors]
    if len(targets) == 1:
        return targets[0]
    raise UnknownConnector(
        "Which connector? Give a slug, package.module:Class, or a path "
        f"({', '.join(targets) or 'none is configured'}), or set CONNECTOR_KIT_CONNECTORS to a "
        "single one."
    )


def _only_published() -> Connector:
    known = list(Connector.objects.order_by("slug"))
    if len(known) == 1:
        return known[0]
    slugs = ", ".join(map(str, known)) or "none is published yet"
    raise UnknownConnector(f"Which connector? Choose one ({slugs}).")
