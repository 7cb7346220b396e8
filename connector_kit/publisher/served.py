"""Whether the functions that live releases call exist: in new code, and on the server.

One class serves all installations of a connector, whatever version they have. A function that the
class lacks is missing for every installation whose documents name it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import requests
import semver

from connector_kit import blueprint
from connector_kit.adoption.loading import load_connector
from connector_kit.blueprint import Blueprint
from connector_kit.blueprint.calls import Call, calls_of
from connector_kit.conf import kit
from connector_kit.lifecycle.functions import lacking
from connector_kit.lifecycle.served import question
from connector_kit.models import Connector, Release
from connector_kit.publisher import reach
from connector_kit.publisher.catalog import Candidate
from connector_kit.publisher.live import ReleaseStanding
from connector_kit.publisher.objections import Objection, Weight

NOT_SERVED = frozenset({"server_outdated", "function_not_served"})
"""Codes of what a server said that it has not, as opposed to one that could not be asked."""


@dataclass(frozen=True)
class Need:
    """A function that is called by documents, at *place* for instance; *by* names the releases."""

    call: Call
    place: str
    by: tuple[str, ...]


def needs(releases: Iterable[tuple[str, Blueprint]]) -> dict[Call, Need]:
    """What *releases* call, each with the words that stand for it."""
    found: dict[Call, Need] = {}
    for name, compiled in releases:
        for call, place in dict(calls_of(compiled)).items():
            known = found.setdefault(call, Need(call, place, ()))
            found[call] = replace(known, by=(*known.by, name))
    return found


def dropped(cls: type[blueprint.Connector], live: Iterable[ReleaseStanding]) -> Iterator[Objection]:
    """Object to functions that *live* releases call and *cls*, the new code, does not have."""
    needed = needs_of(live)
    for call in lacking(cls, needed):
        need = needed[call]
        yield Objection(
            "function_dropped",
            need.place,
            f"The {call} is not in this code, but {_listed(need)} calls it. The calls would fail "
            "after publication.",
            "Keep it in the class next to its replacement until no installation has these "
            "releases ('connector-kit release' counts them), or accept the failures with "
            "--break-installations.",
            Weight.BREAKS,
        )


def needs_of(live: Iterable[ReleaseStanding]) -> dict[Call, Need]:
    """What *live* releases call."""
    return needs((str(standing), standing.release.blueprint()) for standing in live)


def not_served(
    wanted: Candidate, live: Iterable[ReleaseStanding], token: str
) -> Iterator[Objection]:
    """Object when the running server would not serve *wanted* and *live* releases as this code."""
    version = wanted.blueprint.version
    needed = needs_of(live) | needs([(version, wanted.blueprint)])
    answer = ask_served(wanted.class_path, needed, token, version=version)
    if isinstance(answer, Objection):
        yield answer
    elif answer.digest != wanted.blueprint.digest:
        yield _outdated(
            f"{wanted.slug} {answer.version}", f"{wanted.slug} {version}, as it is here"
        )
    else:
        here = load_connector(wanted.class_path)
        lost = set(lacking(here, answer.lacking))
        yield from (_not_there(needed[call]) for call in answer.lacking if call not in lost)


def unserved(connector: Connector, releases: Iterable[Release]) -> tuple[Objection, ...]:
    """What keeps *releases* of *connector* from running on the current server.

    Checked before installations are updated to them. Embedded deployments call no functions.
    """
    class_path = Connector.objects.values_list("class_path", flat=True).get(pk=connector.pk)
    if not class_path:
        return ()
    wanted = tuple(releases)
    needed = needs((release.version, release.blueprint()) for release in wanted)
    token = next(iter(kit().system_tokens), "")
    answer = ask_served(class_path, needed, token)
    if isinstance(answer, Objection):
        return (answer,)
    newer = [release for release in wanted if _is_older(answer.version, release.version)]
    outdated = [_outdated(f"{connector} {answer.version}", str(release)) for release in newer]
    return (*outdated, *(_not_there(needed[call]) for call in answer.lacking))


@dataclass(frozen=True)
class Served:
    """What a server reports as loaded, and which of the calls in question it lacks."""

    version: str
    digest: str
    lacking: tuple[Call, ...]


def ask_served(
    class_path: str, calls: Iterable[Call], token: str, *, version: str | None = None
) -> Served | Objection:
    """Ask the server which of *calls* it has no function for, with the class at *class_path*.

    The digest in its answer is the one that the class has as *version*, by default its own.
    """
    host_uri = kit().host_uri
    try:
        status, answer = reach.ask(host_uri, token, question(class_path, calls, version))
    except requests.RequestException:
        return _mute(host_uri)
    if status == requests.codes.unauthorized:
        return reach.token_refused(host_uri)
    document = answer if isinstance(answer, dict) else {}
    if status == requests.codes.ok and "lacking" in document:
        lacks = tuple(Call(*item) for item in document["lacking"])
        return Served(document["version"], document["digest"], lacks)
    errors = document.get("errors")
    error = errors[0] if isinstance(errors, list) and errors else {}
    if error.get("code") == "connector_not_loaded":
        return _server_objection(
            "server_cannot_load",
            f"The server at {host_uri} cannot load {class_path}: {error.get('message')}",
            "Deploy the code there, and specify the class as package.module:Class.",
        )
    if error.get("code") == "secret_key_differs":
        return _server_objection(
            "secret_key_differs",
            f"The server at {host_uri} has another SECRET_KEY than this machine.",
            "Set the same SECRET_KEY for all processes and wherever you publish.",
        )
    return _mute(host_uri)


def _mute(host_uri: str) -> Objection:
    """The objection to a server that is unreachable, or that does not report its functions."""
    for objection in reach.unreachable(host_uri):
        return objection
    return _server_objection(
        "server_cannot_say",
        f"The server at {host_uri} does not report which functions it serves. It is not a "
        "Connector Kit server, or it runs an older version.",
        "Deploy this version of Connector Kit there and restart the server.",
    )


def _outdated(loaded: str, wanted: str) -> Objection:
    return _server_objection(
        "server_outdated",
        f"The server at {kit().host_uri} has loaded {loaded}, not {wanted}.",
        "Deploy this code there, restart the server's processes, and try again.",
    )


def _not_there(need: Need) -> Objection:
    return _server_objection(
        "function_not_served",
        f"The server at {kit().host_uri} has no {need.call}, but {_listed(need)} calls it at "
        f"{need.place}.",
        "Deploy code that has it, restart the server's processes, and try again.",
    )


def _server_objection(code: str, message: str, hint: str) -> Objection:
    return Objection(code, "stack.server", message, hint, Weight.BREAKS)


def _listed(need: Need) -> str:
    return ", ".join(need.by)


def _is_older(version: str, than: str) -> bool:
    try:
        return semver.Version.parse(version) < semver.Version.parse(than)
    except ValueError:
        return version != than
