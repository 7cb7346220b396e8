"""``embedded account``, ``new-key`` and ``rotate-keys``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connector_kit.documents import Document
from connector_kit.embedded import (
    account_owner,
    add_account,
    find_account,
    forget_account,
    new_key,
    rotate_keys,
)
from connector_kit.management.base import add_json, add_yes, agree
from connector_kit.management.embedded.action import (
    ATTENTION,
    Action,
    Context,
    nothing,
    read_secret,
)
from connector_kit.models import EmbeddedAccount
from connector_kit.publisher.actions import Actor


def _account_arguments(parser: CommandParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="add|list|check|forget")
    add = _act(acts, "add", "store an account; reads its API token from standard input")
    add.add_argument("name", help="a short name of your choice")
    add.add_argument("--base-url", default="", help="API address (default: from the settings)")
    add.add_argument(
        "--sandbox", action="store_true", help="the token is for the sandbox environment"
    )
    _act(acts, "list", "list accounts")
    for name, words in {
        "check": "check the token with the platform",
        "forget": "delete the stored token",
    }.items():
        act = _act(acts, name, words)
        act.add_argument("name", nargs="?", help="default: the only one")
        if name == "forget":
            add_yes(act)


def _act(acts: Any, name: str, words: str) -> CommandParser:
    parser: CommandParser = acts.add_parser(name, help=words, description=words)
    add_json(parser)
    return parser


def _account(context: Context) -> int:
    _ACTS[context.options["act"]](context)
    return 0


def _add(context: Context) -> None:
    options = context.options
    account = add_account(
        options["name"],
        read_secret("API token"),
        base_url=options["base_url"],
        sandbox=options["sandbox"],
        by=Actor.of_command_line(),
    )
    context.show(_to_json(account), f"{account} is account {account.account_id}.")


def _list(context: Context) -> None:
    accounts = list(EmbeddedAccount.objects.order_by("name"))
    words = "\n".join(
        f"{account.name}  account {account.account_id}  "
        f"{'sandbox' if account.sandbox else 'production'}  {account.base_url}".rstrip()
        for account in accounts
    )
    context.show(
        {"accounts": [_to_json(account) for account in accounts]},
        words or "No accounts are stored.",
    )


def _check(context: Context) -> None:
    account = find_account(context.options["name"])
    owner = account_owner(account)
    context.show(_to_json(account), f"The token of {account} is valid. It belongs to {owner}.")


def _forget(context: Context) -> None:
    account = find_account(context.options["name"])
    shown = _to_json(account)
    agree(f"The stored token of the embedded account {account} will be deleted.", context.options)
    forget_account(account, by=Actor.of_command_line())
    context.show(shown, f"The token of {account} was deleted. Revoke it in integrator.io.")


_ACTS = {"add": _add, "list": _list, "check": _check, "forget": _forget}


def _to_json(account: EmbeddedAccount) -> Document:
    return {
        "name": account.name,
        "account_id": account.account_id,
        "sandbox": account.sandbox,
        "base_url": account.base_url,
        "has_token": bool(account.token),
    }


def _new_key(context: Context) -> int:
    key = new_key()
    context.show({"key": key}, key)
    return 0


def _rotate_keys(context: Context) -> int:
    forgets = context.options["forget_lost"]
    rotation = rotate_keys(by=Actor.of_command_line(), forgets_lost=forgets)
    words = (
        f"Encrypted with the first key: {', '.join(rotation.renewed) or 'no token'}; "
        f"{rotation.records} records with secret settings."
    )
    if rotation.unreadable:
        words += (
            f" The tokens of {', '.join(rotation.unreadable)} could not be decrypted and were not "
            "changed. Restore the key that encrypted them, or store these tokens again."
        )
    if rotation.lost:
        words += f" The secret settings of {', '.join(rotation.lost)} could not be decrypted: " + (
            "they were discarded, and the next operation reads them from the account."
            if forgets
            else "restore the key, or discard them with --forget-lost."
        )
    context.show(rotation.to_json(), words)
    return ATTENTION if rotation.unreadable or (rotation.lost and not forgets) else 0


ACCOUNT = Action("add, list, check, or remove embedded accounts", _account_arguments, _account)
NEW_KEY = Action("generate a key for CONNECTOR_KIT_ENCRYPTION_KEYS", nothing, _new_key)


def _rotate_arguments(parser: CommandParser) -> None:
    parser.add_argument(
        "--forget-lost",
        action="store_true",
        help="discard settings that no key can decrypt; they are read from the account again",
    )


ROTATE_KEYS = Action(
    "re-encrypt tokens and secret settings with the first key", _rotate_arguments, _rotate_keys
)
