"""All objections to publishing a connector, at once.

Checks the settings, the declaration, the functions that live releases call, the records on the
platform, and the server behind the stack record; changes nothing. ``publish --check`` shows the
objections, and ``publish`` refuses because of those that forbid it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from django.core.checks import ERROR

from connector_kit import blueprint
from connector_kit.adoption.loading import LoadError, load_connector
from connector_kit.blueprint import DeclarationError, Problem
from connector_kit.blueprint.calls import calls_of
from connector_kit.checks import settings_are_usable
from connector_kit.conf import kit
from connector_kit.integrator import Client
from connector_kit.lifecycle import publisher_client
from connector_kit.lifecycle.functions import lacking
from connector_kit.models import Connector, Release
from connector_kit.publisher import record_plans
from connector_kit.publisher.catalog import Candidate, candidate, development_version, place_of
from connector_kit.publisher.checks import declared_problems
from connector_kit.publisher.errors import PublicationRefused, PublisherError, SourceUnclear
from connector_kit.publisher.live import ReleaseStanding, live_releases
from connector_kit.publisher.objections import Objection, Weight, of_weight
from connector_kit.publisher.publication import Publication, Standing, look_up, standing_of
from connector_kit.publisher.records_review import (
    of_framework,
    of_records,
    of_server,
    of_source,
)
from connector_kit.publisher.served import dropped, not_served
from connector_kit.publisher.source_integrations import SourcePlan, plan_source


@dataclass(frozen=True)
class Examined:
    """A connector that was reviewed, and what was found.

    *candidate* is None as long as the declaration cannot be compiled. *cause* is the error to raise
    when only one thing is wrong.
    """

    objections: tuple[Objection, ...]
    cls: type[blueprint.Connector] | None = None
    candidate: Candidate | None = None
    connector: Connector | None = None
    found: Publication | None = field(default=None, repr=False)
    source: SourcePlan | None = field(default=None, repr=False)
    cause: Exception | None = None

    @property
    def known_candidate(self) -> Candidate:
        """What compiles; to be asked for when nothing was refused."""
        if self.candidate is None:
            raise PublicationRefused(self.objections)
        return self.candidate

    @property
    def publication(self) -> Publication:
        """What can be published; to be asked for when nothing was refused."""
        if self.found is None:
            raise PublicationRefused(self.objections)
        return self.found


def review(target: str | None = None) -> tuple[Objection, ...]:
    """Return all objections to publishing the connector at *target*.

    Raises `LoadError` or `UnknownConnector` when there is no connector to review, and
    `IntegratorError` when the platform cannot be asked.
    """
    examined = examine(target)
    if examined.candidate is None:
        return examined.objections
    with publisher_client() as client:
        return examined_on_platform(examined, client).objections


def refuse(examined: Examined, *, break_installations: bool = False) -> None:
    """Raise what keeps *examined* from being published, all of it in one error."""
    weights = (Weight.REFUSED,) if break_installations else (Weight.REFUSED, Weight.BREAKS)
    refused = of_weight(examined.objections, *weights)
    if refused:
        raise examined.cause or PublicationRefused(refused)


def examine(target: str | None, *, development: bool = False) -> Examined:
    """Look at the settings and at the declaration, as ``connector-kit check`` does, and no further.

    With *development*, the candidate has a `development_version`.
    """
    settings = tuple(
        Objection(
            f"setting_{(message.id or '').rpartition('.')[2]}",
            "settings",
            message.msg,
            message.hint or "",
            Weight.REFUSED if message.level >= ERROR else Weight.ADVICE,
        )
        for message in settings_are_usable()
    )
    if of_weight(settings, Weight.REFUSED):
        return Examined((*settings, *_declared_nevertheless(target)))
    cls = load_connector(place_of(target))
    problems = declared_problems(cls)
    objections = (*settings, *map(_of_problem, problems))
    if errors := [problem for problem in problems if problem.level == "error"]:
        return Examined(objections, cls, cause=DeclarationError(errors))
    wanted = candidate(target)
    if development:
        compiled = wanted.blueprint
        version = development_version(wanted.slug, compiled)
        wanted = replace(wanted, blueprint=replace(compiled, version=version))
    places = dict(calls_of(wanted.blueprint))
    unknown = [
        Objection(
            "function_unknown",
            places[call],
            f"The stack serves no {call.type or 'function'} called {call.name!r}.",
            "Refer to the Python function itself, or mark one with that name.",
        )
        for call in lacking(cls, places)
    ]
    connector = Connector.objects.filter(slug=wanted.slug).first()
    return Examined((*objections, *unknown), cls, wanted, connector)


def examined_on_platform(
    examined: Examined,
    client: Client,
    *,
    new_records: bool = False,
    overwrite_source: bool = False,
) -> Examined:
    """Review a compiled candidate: against earlier releases, the platform's records, the server.

    *overwrite_source* says that edits in the source integration may be overwritten.
    """
    wanted, known, cls = examined.candidate, examined.connector, examined.cls
    if wanted is None or cls is None:
        return examined
    found = list(examined.objections)
    standing, publication, source, causes = Standing.NEWEST, None, None, []
    try:
        standing = standing_of(known, wanted)
    except PublisherError as error:
        causes.append(error)
    try:
        publication = look_up(wanted, known, standing, client, new_records=new_records)
    except PublisherError as error:
        causes.append(error)
    found += [Objection(cause.code, wanted.slug, str(cause), "") for cause in causes]
    live = _served_by_it(known, standing)
    found += dropped(cls, live)
    if publication:
        found += [*of_records(publication, client), *of_framework(publication, live)]
        found += of_server(publication, live, client)
        if wanted.listing.framework == 2:
            listed = record_plans.source_id_of(publication.listing)
            try:
                source = _plan_source(publication, known, client)
            except SourceUnclear as error:
                found.append(Objection(error.code, "source", str(error), ""))
            else:
                found += of_source(source, listed_id=listed, overwrite=overwrite_source)
    refused = of_weight(found, Weight.REFUSED, Weight.BREAKS)
    cause = causes[0] if len(refused) == len(causes) == 1 else None
    return replace(examined, objections=tuple(found), found=publication, source=source, cause=cause)


def _plan_source(publication: Publication, known: Connector | None, client: Client) -> SourcePlan:
    """The plan for the source integration, which holds the default release."""
    release = Release.objects.default(known) if known else None
    blueprint = release.blueprint() if release else publication.candidate.blueprint
    listing, stack = publication.listing or {}, publication.stack or {}
    connector = known or Connector(
        slug=publication.candidate.slug,
        connector_id=listing.get("_id"),
        stack_id=stack.get("_id") or "",
    )
    listed = record_plans.source_id_of(publication.listing)
    return plan_source(blueprint, client, connector=connector, listed_id=listed)


def examined_code(examined: Examined) -> Examined:
    """Review a compiled candidate without records on the platform: only its code.

    Raises `VersionTaken`.
    """
    if examined.candidate is None or examined.cls is None:
        return examined
    standing = standing_of(examined.connector, examined.candidate)
    live = _served_by_it(examined.connector, standing)
    found = list(dropped(examined.cls, live))
    if any(standing.installations for standing in live):
        token = next(iter(kit().system_tokens), "")
        found += not_served(examined.candidate, live, token)
    return replace(examined, objections=(*examined.objections, *found))


def _served_by_it(known: Connector | None, standing: Standing) -> tuple[ReleaseStanding, ...]:
    """The live releases of *known* that the connector being published would serve.

    An older version that is published again does not replace what is served.
    """
    return live_releases(known) if known and standing is not Standing.SUPERSEDED else ()


def _declared_nevertheless(target: str | None) -> Iterator[Objection]:
    """What is wrong with a declaration that can be found without the settings."""
    try:
        if target is not None:
            yield from map(_of_problem, declared_problems(load_connector(place_of(target))))
    except LoadError as error:
        yield Objection("connector_not_loaded", target or "", str(error), "")


def _of_problem(problem: Problem) -> Objection:
    code = f"declaration_{problem.id.rpartition('.')[2]}"
    weight = Weight.REFUSED if problem.level == "error" else Weight.ADVICE
    return Objection(
        code, problem.field, problem.message, problem.hint, weight, place=problem.place
    )
