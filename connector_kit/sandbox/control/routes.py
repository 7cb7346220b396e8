"""Routes for tests, demos, and benchmarks to control the sandbox, under ``/_sandbox/``.

integrator.io has none of these. No token is needed; `visitors` says who is admitted.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qs

from connector_kit.sandbox import openapi
from connector_kit.sandbox.applications.application import Application
from connector_kit.sandbox.control import staging
from connector_kit.sandbox.control.visitors import is_open
from connector_kit.sandbox.documents.store import Account
from connector_kit.sandbox.flows.schedules import run_due
from connector_kit.sandbox.http.call import Answer, answer
from connector_kit.sandbox.http.errors import not_found, refuse
from connector_kit.sandbox.http.faults import Faults
from connector_kit.sandbox.http.journal import Journal
from connector_kit.sandbox.http.routing import Router
from connector_kit.sandbox.http.wire import Document, parse
from connector_kit.sandbox.platform import Platform

SIGNED = "files/"
"""Addresses that are links for anyone, like those that the platform signs."""
DEFAULT_LOG_LIMIT = 100
DRAIN_SECONDS = 60.0

Control = Callable[["Request"], "Any | Awaitable[Any]"]


class Request:
    """A control request: the platform, the body as an object, the query."""

    def __init__(self, platform: Platform, params: dict[str, str], query: str, body: bytes) -> None:
        try:
            document = parse(body) if body.strip() else {}
        except ValueError as error:
            raise refuse(400, "invalid_json", f"The body is not JSON: {error}.") from error
        if not isinstance(document, dict):
            raise refuse(400, "invalid_json", "The body must be a JSON object.")
        self.platform = platform
        self.params = params
        self.body: Document = document
        self.query = {name: values[0] for name, values in parse_qs(query).items()}


async def control(platform: Platform, method: str, path: str, query: str, body: bytes) -> Answer:
    """Answer a control request; raises `Refusal` when there is no such route."""
    match = _ROUTER.find(method, path.strip("/").split("/"))
    if match is None:
        raise not_found(f"control route {method} /_sandbox/{path}")
    try:
        result = match.target(Request(platform, match.params, query, body))
        value = await result if asyncio.iscoroutine(result) else result
        return value if isinstance(value, Answer) else answer(value)
    except (ValueError, TypeError) as error:
        raise refuse(422, "invalid_field", f"{path}: {error}.") from error


def introduction(platform: Platform, base_url: str) -> Document:
    """Return what a client needs in order to begin, tokens included."""
    return {
        "base_url": base_url,
        "control_url": base_url.removesuffix("/v1") + "/_sandbox",
        "publisher_token": platform.publisher.token,
        "account_tokens": [customer.token for customer in platform.customers],
        "publisher": describe(platform.publisher),
        "accounts": [describe(customer) for customer in platform.customers],
        "applications": platform.applications.describe(),
    }


def describe(account: Account) -> Document:
    """Return an account with its token."""
    return {
        "account_id": account.id,
        "user_id": account.user_id,
        "email": account.email,
        "token": account.token,
    }


def _counters(request: Request) -> Document:
    return {**request.platform.journal.counters(), **_in_flight(request.platform)}


def _log(request: Request) -> list[Document]:
    query = request.query
    return request.platform.journal.log(
        limit=int(query.get("limit", DEFAULT_LOG_LIMIT)),
        account_id=query.get("account"),
        path=query.get("path"),
    )


def _reset_counters(request: Request) -> Document:
    vars(request.platform.journal).update(vars(Journal()))
    return {"reset": True}


def _read_faults(request: Request) -> Document:
    return asdict(request.platform.misfortune.faults)


def _set_faults(request: Request) -> Document:
    request.platform.misfortune.set(Faults.of(request.body))
    return _read_faults(request)


def _set_limits(request: Request) -> Document:
    buckets = request.platform.buckets
    buckets.resize(
        int(request.body.get("bucket", buckets.size)), float(request.body.get("rate", buckets.rate))
    )
    return {"bucket": buckets.size, "rate": buckets.rate}


def _list_accounts(request: Request) -> Document:
    """All accounts with their tokens, unless other machines can ask, too."""
    platform = request.platform
    if is_open(platform.options.host):
        raise refuse(
            403,
            "tokens_not_shown",
            "This sandbox is exposed to other machines, so it shows no tokens. Start it without "
            "--host, or take the tokens from what 'sandbox --json' prints.",
        )
    return {
        "publisher": describe(platform.publisher),
        "accounts": [describe(account) for account in platform.customers],
    }


def _add_accounts(request: Request) -> Document:
    added = request.platform.add_customers(int(request.body.get("count", 1)))
    return {"accounts": [describe(account) for account in added]}


def _advance(request: Request) -> Document:
    clock = request.platform.clock
    before = clock.now()
    clock.advance(float(request.body.get("advance_seconds", 0)))
    request.platform.store.changes += 1
    due = run_due(request.platform, before, clock.now())
    return {"now": clock.stamp(), "jobs": due}


async def _drain(request: Request) -> Document:
    seconds = float(request.body.get("timeout_seconds", DRAIN_SECONDS))
    platform = request.platform
    try:
        async with asyncio.timeout(seconds):
            await platform.pushes.drained()
            await platform.queue.drained()
    except TimeoutError:
        pass
    left = _in_flight(platform)
    return {"drained": not any(left.values()), **left}


def _in_flight(platform: Platform) -> Document:
    return {
        "pushes_in_flight": platform.pushes.in_flight,
        "jobs_in_flight": platform.queue.in_flight,
    }


def _documents(request: Request) -> Document:
    """Everything of one account by type, secrets masked."""
    account_id = _account_id(request)
    by_type: dict[str, list[Document]] = defaultdict(list)
    for record in request.platform.store.of_account(account_id):
        by_type[record.resource].append(parse(record.public))
    return dict(by_type)


def _data(request: Request) -> Document:
    """What an application holds."""
    return _application(request).data


def _reset_application(request: Request) -> Document:
    application = _application(request)
    application.reset()
    return application.data


def _application(request: Request) -> Application:
    name = request.params["name"]
    application = request.platform.applications.named(name)
    if application is None:
        is_on = request.platform.applications.is_on
        raise not_found(f"application {name}" if is_on else "application without --applications")
    return application


def _account_id(request: Request) -> str:
    return staging.account_id_of(request.platform, request.params["id"])


def _file(request: Request) -> Answer:
    """A file whose signed address is still good."""
    platform = request.platform
    file = platform.files.open(request.params["key"], platform.clock.now())
    if file is None:
        raise refuse(403, "forbidden", "The address of the file is wrong, or too old.")
    return Answer(200, file.content, file.content_type)


def _stage(stage: Callable[[Platform, str, Document], Any]) -> Control:
    return lambda request: stage(request.platform, _account_id(request), request.body)


ROUTES: tuple[tuple[str, str, Control], ...] = (
    ("GET", "/ready", lambda request: {"ready": True, "accounts": len(request.platform.customers)}),
    ("GET", "/counters", _counters),
    ("GET", "/log", _log),
    ("POST", "/reset_counters", _reset_counters),
    ("GET", "/faults", _read_faults),
    ("POST", "/faults", _set_faults),
    ("POST", "/limits", _set_limits),
    ("GET", "/accounts", _list_accounts),
    ("POST", "/accounts", _add_accounts),
    ("POST", "/clock", _advance),
    ("POST", "/drain", _drain),
    ("GET", "/accounts/{id}/documents", _documents),
    ("POST", "/accounts/{id}/jobs", _stage(staging.stage_job)),
    ("POST", "/accounts/{id}/errors", _stage(staging.stage_errors)),
    ("POST", "/logs", lambda request: staging.stage_log(request.platform, request.body)),
    ("GET", "/applications", lambda request: request.platform.applications.describe()),
    ("GET", "/applications/{name}", _data),
    ("POST", "/applications/{name}/reset", _reset_application),
    ("GET", "/mails", lambda request: [*request.platform.mails.sent]),
    ("GET", "/files/{key}/{name}", _file),
    ("GET", "/openapi.json", lambda _: openapi.description()),
)
_ROUTER: Router[Control] = Router()
for _route in ROUTES:
    _ROUTER.add(*_route)
