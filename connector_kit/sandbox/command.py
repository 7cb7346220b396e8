"""The command line: options, the line that says it is ready, serving until it is stopped."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from connector_kit.sandbox.control.visitors import is_open
from connector_kit.sandbox.http.faults import KINDS
from connector_kit.sandbox.http.wire import Document, render
from connector_kit.sandbox.options import Options
from connector_kit.sandbox.server import serving

DEFAULT_PORT = 8900
OPTIONS = (
    *("host", "port", "accounts", "json", "snapshot", "bucket", "rate", "no_retry_after"),
    *("page_size", "latency", "fault_rate", "fault_kinds", "seed", "push_parallelism"),
    *("strict_fields", "applications"),
)
"""Names of what `add_arguments` adds and `serve` takes."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sandbox with *arguments*; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m connector_kit.sandbox", description=__doc__)
    add_arguments(parser)
    logging.basicConfig(level=logging.WARNING)
    try:
        serve(**vars(parser.parse_args(arguments)), say=partial(print, flush=True))
    except (OSError, ValueError) as error:
        print(f"The sandbox cannot start: {error}", file=sys.stderr)
        return 1
    return 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the sandbox to *parser*."""
    defaults = Options()
    add = parser.add_argument
    add("--host", default=defaults.host, help="address to listen on (%(default)s)")
    add("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one (%(default)s)")
    add("--accounts", type=int, default=defaults.accounts, help="customers (%(default)s)")
    add("--json", action="store_true", help="print one line of JSON when ready")
    add("--snapshot", type=Path, metavar="FILE", help="load from and keep everything in FILE")
    add(
        "--bucket",
        type=int,
        default=defaults.bucket,
        help="requests at once; 0: no limit (%(default)s)",
    )
    add("--rate", type=float, default=defaults.rate, help="requests a second (%(default)s)")
    add("--no-retry-after", action="store_true", help="answer 429 without Retry-After")
    add("--page-size", type=int, default=defaults.page_size, help="of lists (%(default)s)")
    add("--latency", type=float, default=0.0, metavar="MS", help="least time of each answer")
    add("--fault-rate", type=float, default=0.0, help="share of requests that go wrong, 0 to 1")
    add("--fault-kinds", type=_words, default=(), metavar="A,B", help=f"of {','.join(KINDS)} (all)")
    add("--seed", type=int, help="draw the same faults each time")
    add(
        "--push-parallelism",
        type=int,
        default=defaults.push_parallelism,
        help="updates that run at a time (%(default)s)",
    )
    add(
        "--strict-fields",
        action="store_true",
        help="keep only fields that the published schemas have: no externalId of exports, scripts",
    )
    add(
        "--applications",
        action="store_true",
        help="answer for shop.example.com, erp.example.com, and chat.example.com, too",
    )


def serve(*, json: bool, no_retry_after: bool, say: Callable[[str], None], **chosen: Any) -> None:
    """Serve with the *chosen* options until SIGINT or SIGTERM.

    Tells *say* when it is ready, and stderr when others than this machine reach it. Raises OSError
    when the port is taken, ValueError for bad options.
    """
    options = Options(**chosen, retry_after=not no_retry_after)
    asyncio.run(_serve(options, json=json, say=say))


async def _serve(options: Options, *, json: bool, say: Callable[[str], None]) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with serving(options) as (_, introduction):
        say(render(introduction).decode() if json else _banner(introduction, options))
        if is_open(options.host):
            print(_WARNING.format(options.host), file=sys.stderr, flush=True)
        await stopped.wait()


_WARNING = (
    "Warning: the sandbox listens on {}, so that other machines reach it. Anyone on them can steer "
    "it and read what it holds, without a token: keep it to this machine with --host 127.0.0.1, or "
    "its port behind a firewall."
)
_HIDDEN = "Tokens are not shown where others may watch; --json prints them."


def _banner(introduction: Document, options: Options) -> str:
    limit = f"{options.bucket} at once, {options.rate:g} a second" if options.bucket else "none"
    token_lines = [_HIDDEN]
    if not is_open(options.host):
        customers = introduction["accounts"]
        accounts = [introduction["publisher"], *customers[:5]]
        lines = [f"  {account['email']:<28}{account['token']}" for account in accounts]
        token_lines = ["Tokens:", *lines]
        if len(customers) > 5:
            token_lines.append(f"  ... and {len(customers) - 5} more (--json lists all)")
    return "\n".join(
        [
            f"A local integrator.io answers at {introduction['base_url']}",
            f"  requests per account: {limit}",
            f"  counters, log, faults: {introduction['control_url']}/counters (/log, /faults)",
            *token_lines,
            *_application_lines(introduction),
            "Stop it with Ctrl-C.",
        ]
    )


def _application_lines(introduction: Document) -> list[str]:
    """Return how to log in to the applications; their logins protect nothing and are no secrets."""
    if not introduction["applications"]:
        return []
    lines = [f"Applications (data: {introduction['control_url']}/applications):"]
    for application in introduction["applications"]:
        credentials = " ".join(application["credentials"].values())
        header = application["header"] if application["login"] == "token" else "basic"
        lines.append(f"  {application['base_uri']:<28}{header}: {credentials}")
    return lines


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
