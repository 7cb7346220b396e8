"""``embedded account``, ``new-key`` and ``rotate-keys``."""

from __future__ import annotations

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
from connector_kit.management.base import (
    Action,
    KitCommand,
    Options,
    add_actions,
    add_page,
    add_yes,
    agree,
    page_of,
    say_more,
)
from connector_kit.management.embedded.arguments import ATTENTION, read_secret
from connector_kit.models import EmbeddedAccount
from connector_kit.publisher.actions import Actor


class AddAccount(Action):
    """Stores an account and its token."""

    words = "store an account; reads its API token from standard input"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="a short name of your choice")
        parser.add_argument(
            "--base-url", default="", help="API address (default: from the settings)"
        )
        parser.add_argument(
            "--sandbox", action="store_true", help="the token is for the sandbox environment"
        )

    def run(self, command: KitCommand, options: Options) -> None:
        account = add_account(
            options["name"],
            read_secret("API token"),
            base_url=options["base_url"],
            sandbox=options["sandbox"],
            by=Actor.of_command_line(),
        )
        command.show(_to_json(account), f"{account} is account {account.account_id}.", options)


class ListAccounts(Action):
    """Lists the stored accounts."""

    words = "list accounts"

    def add_arguments(self, parser: CommandParser) -> None:
        add_page(parser, "accounts", "name")

    def run(self, command: KitCommand, options: Options) -> None:
        stored = EmbeddedAccount.objects.order_by("name")
        accounts, next_after = page_of(stored, options, lambda account: account.name)
        lines = "\n".join(
            f"{account.name}  account {account.account_id}  "
            f"{'sandbox' if account.sandbox else 'production'}  {account.base_url}".rstrip()
            for account in accounts
        )
        documents = [_to_json(account) for account in accounts]
        answer = {"accounts": documents, "next_after": next_after}
        command.show(answer, lines or "No accounts are stored.", options)
        say_more(command, next_after, options)


class CheckAccount(Action):
    """Checks a stored token."""

    words = "check the token with the platform"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", help="default: the only one")

    def run(self, command: KitCommand, options: Options) -> None:
        account = find_account(options["name"])
        owner = account_owner(account)
        words = f"The token of {account} is valid. It belongs to {owner}."
        command.show(_to_json(account), words, options)


class ForgetAccount(Action):
    """Deletes a stored token."""

    words = "delete the stored token"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", help="default: the only one")
        add_yes(parser)

    def run(self, command: KitCommand, options: Options) -> None:
        account = find_account(options["name"])
        answer = _to_json(account)
        agree(f"The stored token of the embedded account {account} will be deleted.", options)
        forget_account(account, by=Actor.of_command_line())
        words = f"The token of {account} was deleted. Revoke it in integrator.io."
        command.show(answer, words, options)


class Account(Action):
    """The actions on accounts."""

    words = "add, list, check, or remove embedded accounts"
    actions = {
        "add": AddAccount(),
        "list": ListAccounts(),
        "check": CheckAccount(),
        "forget": ForgetAccount(),
    }

    def add_arguments(self, parser: CommandParser) -> None:
        add_actions(parser, self.actions, dest="act")

    def run(self, command: KitCommand, options: Options) -> int | None:
        return self.actions[options["act"]].run(command, options)


class NewKey(Action):
    """Generates a key."""

    words = "generate a key for CONNECTOR_KIT_ENCRYPTION_KEYS"

    def run(self, command: KitCommand, options: Options) -> None:
        key = new_key()
        command.show({"key": key}, key, options)


class RotateKeys(Action):
    """Encrypts everything with the first key."""

    words = "re-encrypt tokens and secret settings with the first key"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--forget-lost",
            action="store_true",
            help="discard settings that no key can decrypt; they are read from the account again",
        )

    def run(self, command: KitCommand, options: Options) -> int:
        forgets = options["forget_lost"]
        rotation = rotate_keys(by=Actor.of_command_line(), forgets_lost=forgets)
        words = (
            f"Encrypted with the first key: {', '.join(rotation.renewed) or 'no token'}; "
            f"{rotation.records} records with secret settings."
        )
        if rotation.unreadable:
            words += (
                f" The tokens of {', '.join(rotation.unreadable)} could not be decrypted and were "
                "not changed. Restore the key that encrypted them, or store these tokens again."
            )
        if rotation.lost:
            words += (
                f" The secret settings of {', '.join(rotation.lost)} could not be decrypted: "
            ) + (
                "they were discarded, and the next operation reads them from the account."
                if forgets
                else "restore the key, or discard them with --forget-lost."
            )
        command.show(rotation.to_json(), words, options)
        return ATTENTION if rotation.unreadable or (rotation.lost and not forgets) else 0


def _to_json(account: EmbeddedAccount) -> Document:
    return {
        "name": account.name,
        "account_id": account.account_id,
        "sandbox": account.sandbox,
        "base_url": account.base_url,
        "has_token": bool(account.token),
    }
