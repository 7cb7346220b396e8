"""``publish --check``: everything that stands against publishing a connector, all at once.

Reads and asks, and changes nothing: the declaration, the records on the platform, the functions
that are served, and the server at the other end of the stack record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connector_kit.adoption.loading import load_connector
from connector_kit.blueprint import STACK, Blueprint, Document, Json, Problem, problems, ref
from connector_kit.blueprint.rules.rule import objects
from connector_kit.conf import kit
from connector_kit.extension import ExtensionError, FunctionModule
from connector_kit.extension.authoring.modules import function_problems
from connector_kit.integrator import Client
from connector_kit.integrator.errors import Forbidden, NotFound
from connector_kit.lifecycle import FUNCTION_NAMES, publisher_client
from connector_kit.models import Connector
from connector_kit.publisher import reach, records
from connector_kit.publisher.catalogue import Candidate, candidate, place_of
from connector_kit.publisher.errors import PublisherError
from connector_kit.publisher.objections import Objection
from connector_kit.publisher.publishing import Publication, look_up, standing_of

REQUIRED = ("installerFunction", "updateFunction", "uninstallerFunction")
"""Functions that a listing of framework 1.0 must name (protocol/resources.md#connector)."""

_NAMING_FIELDS = {"function": "hook", "pingFunction": "wrapper"}
"""Fields beside ``_stackId`` that name a function, and the type of call that it is for."""


def review(target: str | None = None) -> tuple[Objection, ...]:
    """Return everything that stands against publishing the connector at *target*.

    Raises `LoadError` or `UnknownConnector` when there is no connector to look at, and
    `IntegratorError` when the platform cannot be asked.
    """
    cls = load_connector(place_of(target))
    declared = dict.fromkeys((*problems(cls), *function_problems(cls)))
    found = [_of_problem(each) for each in declared]
    if any(each.level == "error" for each in declared):
        return tuple(found)  # what cannot be compiled cannot be compared
    wanted = candidate(target)
    found += [*_unserved(wanted.blueprint, FunctionModule.of(cls))]
    with publisher_client() as client:
        found += [*_of_platform(wanted, client)]
    return tuple(found)


def _of_problem(problem: Problem) -> Objection:
    place = ".".join(filter(None, (problem.connector, problem.attribute)))
    code = problem.id.rpartition(".")[2]
    return Objection(f"declaration_{code}", place, problem.message, problem.hint)


def _unserved(blueprint: Blueprint, served: FunctionModule) -> Iterator[Objection]:
    """Object to names of functions, in hooks and wrappers, that the served code does not have."""
    for component in blueprint.components:
        for path, value in objects(component.document):
            if value.get("_stackId") == ref(STACK):
                yield from _unknown_names(f"{component.external_id}.{path}", value, served)


def _unknown_names(path: str, value: Document, served: FunctionModule) -> Iterator[Objection]:
    for field, type_ in _NAMING_FIELDS.items():
        name = value.get(field)
        if name and not _serves(served, type_, name):
            message = f"The stack serves no {type_} called {name!r}."
            hint = "Refer to the Python function itself, or mark one with that name."
            yield Objection("function_unknown", f"{path}.{field}", message, hint)


def _serves(served: FunctionModule, type_: str, name: Json) -> bool:
    try:
        served.find(type_, str(name))
    except ExtensionError:
        return False
    return True


def _of_platform(wanted: Candidate, client: Client) -> Iterator[Objection]:
    known = Connector.objects.filter(slug=wanted.slug).first()
    try:
        standing = standing_of(known, wanted)
        publication = look_up(wanted, known, standing, client)
    except PublisherError as error:
        yield Objection(error.code, wanted.slug, str(error), "")
        return
    yield from _missing_iclients(wanted, client)
    yield from _of_stack(publication.stack, client)
    yield from _of_listing(publication)
    yield from _of_server(publication.stack, client)


def _missing_iclients(wanted: Candidate, client: Client) -> Iterator[Objection]:
    for type_, ids in wanted.listing.iclients.items():
        for each in ids:
            try:
                client.iclients.get(each)
            except (NotFound, Forbidden):
                message = f"The publisher's account has no iClient {each}."
                hint = "Make it under Resources, iClients, or correct the id in the class."
                yield Objection("iclient_missing", f"iclients[{type_!r}]", message, hint)


@dataclass(frozen=True)
class _Drift:
    """A field of a record that says something else than it should."""

    code: str
    field: str
    found: object
    wanted: object

    def objection(self) -> Objection:
        message = f"The platform has {self.found!r} there; it should be {self.wanted!r}."
        return Objection(self.code, self.field, message, "'manage.py publish' puts it right.")


def _of_stack(stack: Document | None, client: Client) -> Iterator[Objection]:
    settings = kit()
    if stack is None:
        return
    live = (stack.get("server") or {}).get("hostURI")
    if live != settings.host_uri:
        drift = _Drift("host_uri_differs", "stack.server.hostURI", live, settings.host_uri)
        yield drift.objection()
    if client.stacks.system_token(stack["_id"]) not in settings.system_tokens:
        yield Objection(
            "system_token_unknown",
            "stack.server.systemToken",
            "The stack record has a system token that is not in this server's settings: every "
            "call of the platform would be refused.",
            "Set CONNECTOR_KIT_SYSTEM_TOKEN to the stack's token ('manage.py publish "
            "--show-system-token' prints it), and restart the server.",
        )


def _of_listing(publication: Publication) -> Iterator[Objection]:
    live, wanted = publication.listing or {}, publication.candidate.listing
    if live.get("published") and not (wanted.contact_email or live.get("contactEmail")):
        message = "The connector is in the marketplace without anybody to turn to."
        hint = 'Add contact_email = "…" to the class: requests for upgrades are sent there.'
        yield Objection("contact_missing", "contact_email", message, hint)
    if wanted.framework == 2 and not (live.get(records.TWO_DOT_ZERO) or {}).get("_integrationId"):
        message = "A connector of framework 2.0 is installed from a source integration; it has none"
        hint = "Choose one in the listing's settings on integrator.io, after the first publication."
        yield Objection(
            "source_integration_missing", "listing.twoDotZero._integrationId", f"{message}.", hint
        )
    if publication.listing:
        yield from _of_live_functions(publication.listing, is_one=wanted.framework == 1)
        yield from _of_pointer(publication)


def _of_live_functions(listing: Document, *, is_one: bool) -> Iterator[Objection]:
    """Object to names in the live listing that the served code has no function for."""
    named = dict(records.functions_of(listing))
    for field in REQUIRED:
        if is_one and field not in named:
            drift = _Drift("function_missing", f"listing.{field}", None, FUNCTION_NAMES[field])
            yield drift.objection()
    for field, name in named.items():
        wanted = FUNCTION_NAMES.get(field)
        if wanted and name != wanted:
            yield _Drift("function_differs", f"listing.{field}", name, wanted).objection()
        elif not wanted:
            message = f"The served code has no function {name!r} for it."
            hint = "The kit installs from integrator.io only: empty the field in the listing."
            yield Objection("function_unknown", f"listing.{field}", message, hint)


def _of_pointer(publication: Publication) -> Iterator[Objection]:
    live = (publication.listing or {}).get("_stackId")
    wanted = publication.stack["_id"] if publication.stack else None
    if wanted and live != wanted:
        yield _Drift("stack_differs", "listing._stackId", live, wanted).objection()


def _of_server(stack: Document | None, client: Client) -> Iterator[Objection]:
    settings = kit()
    yield from reach.insecure(settings.host_uri, api=settings.api_base_url)
    trouble = tuple(reach.unreachable(settings.host_uri))
    yield from trouble
    if trouble or stack is None:
        return
    token = client.stacks.system_token(stack["_id"])
    if token in settings.system_tokens:  # a foreign one is shown to nobody
        yield from reach.refusing(settings.host_uri, token)
