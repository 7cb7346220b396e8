"""``embedded release``, ``deploy``, ``list``, ``update`` and ``remove``."""

from __future__ import annotations

from dataclasses import asdict

from django.core.management.base import CommandError, CommandParser

from connector_kit.documents import Document
from connector_kit.embedded import (
    deploy,
    deployments_of,
    find_account,
    plan,
    record_copy,
    record_release,
    remove,
    tasks,
    update,
)
from connector_kit.embedded.asking import remove_soon, update_soon
from connector_kit.embedded.deployments import order_update
from connector_kit.management.base import Action, KitCommand, Options, add_yes, agree
from connector_kit.management.embedded.arguments import (
    ATTENTION,
    add_connector_and_account,
    add_deployment,
    named_account,
    read_json,
    requested_deployment,
)
from connector_kit.models import Connector, Installation, Release
from connector_kit.publisher import find_connector, find_release
from connector_kit.publisher.actions import Actor, record_action
from connector_kit.workers.heartbeat import nobody_works
from connector_kit.workers.queues import Queue

PAGE = 100


class RecordRelease(Action):
    """Records a version of a connector."""

    words = "record a connector's version, without the marketplace"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "target",
            nargs="?",
            help="package.module:Class or slug (default: the only one configured)",
        )
        parser.add_argument(
            "--break-installations",
            action="store_true",
            help="record it even if deployments lose functions that their version calls",
        )
        add_yes(parser)

    def run(self, command: KitCommand, options: Options) -> None:
        breaks = options["break_installations"]
        if breaks:
            agree("Deployments may lose functions that their version calls.", options)
        by = Actor.of_command_line()
        release = record_release(options["target"], break_installations=breaks, by=by)
        words = f"{release} is recorded ({release.digest[:12]})."
        command.show(_release_to_json(release), words, options)


class Copy(Action):
    """Records an integration as a version."""

    words = "record a manually built integration as a version"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("integration", help="id of an integration in the account")
        parser.add_argument("--account", metavar="NAME", help="default: the only one")
        parser.add_argument("--name", help="connector name (default: the integration's)")
        parser.add_argument("--release", metavar="VERSION", required=True, help="such as 1.0.0")

    def run(self, command: KitCommand, options: Options) -> None:
        copied = record_copy(
            find_account(options["account"]),
            options["integration"],
            name=options["name"],
            version=options["release"],
            by=Actor.of_command_line(),
        )
        release, sidelines = copied.release, command.sidelines(options)
        for remark in copied.left_out:
            sidelines.print(
                f"left out: {remark.component} {remark.path}: {remark.reason}", soft_wrap=True
            )
        left_out = [asdict(remark) for remark in copied.left_out]
        words = f"{release} is recorded ({release.digest[:12]})."
        command.show({**_release_to_json(release), "left_out": left_out}, words, options)


class Plan(Action):
    """Plans an update."""

    words = "show what an update would change, without changing anything"

    def add_arguments(self, parser: CommandParser) -> None:
        add_deployment(parser)
        parser.add_argument("--release", metavar="VERSION", help="default: the newest")

    def run(self, command: KitCommand, options: Options) -> int:
        deployment = requested_deployment(options)
        planned = plan(deployment, release=_named_release(deployment.connector, options))
        counts = ", ".join(f"{count} {what}" for what, count in planned["summary"].items() if count)
        command.show(planned, f"{_line(deployment)}: {counts}", options)
        return ATTENTION if planned["blocked"] else 0


class Deploy(Action):
    """Makes or completes a deployment."""

    words = "deploy a connector for an end user, or complete a deployment"

    def add_arguments(self, parser: CommandParser) -> None:
        add_deployment(parser)
        parser.add_argument(
            "--credentials",
            metavar="FILE",
            help='JSON by connection: {"shop": {"http": {"auth": ...}}}; - for standard input',
        )
        parser.add_argument("--release", metavar="VERSION", help="default: the newest")
        parser.add_argument("--name", default="", help="integration name")
        parser.add_argument("--no-ping", action="store_true", help="do not test the connections")
        parser.add_argument(
            "--later",
            action="store_true",
            help="create only the connections now; a worker does the rest",
        )

    def run(self, command: KitCommand, options: Options) -> None:
        connector = find_connector(options["connector"])
        place = options["credentials"]
        deployment = deploy(
            connector,
            find_account(options["account"]),
            options["end_user"],
            credentials=read_json(place, "--credentials") if place else None,
            release=_named_release(connector, options),
            name=options["name"],
            ping=not options["no_ping"],
            components=not options["later"],
            by=Actor.of_command_line(),
        )
        if options["later"]:
            tasks.send(tasks.complete, deployment)
        _show_deployment(deployment, command, options)


class List(Action):
    """Lists deployments."""

    words = "list deployments"

    def add_arguments(self, parser: CommandParser) -> None:
        add_connector_and_account(parser)
        parser.add_argument("--after", type=int, default=0, metavar="ID", help="for the next page")
        parser.add_argument(
            "--limit", type=int, default=PAGE, help=f"maximum number of rows ({PAGE})"
        )

    def run(self, command: KitCommand, options: Options) -> None:
        connector = find_connector(options["connector"]) if options["connector"] else None
        deployments = deployments_of(connector, named_account(options))
        limit = options["limit"]
        rows = list(deployments.filter(pk__gt=options["after"])[: limit + 1])
        page = rows[:limit]
        next_after = page[-1].pk if len(rows) > len(page) and page else None
        words = "\n".join(map(_line, page)) or "No deployments."
        if next_after:
            words += f"\nMore: --after {next_after}"
        answer = {"deployments": [_to_json(row) for row in page], "next_after": next_after}
        command.show(answer, words, options)


class Update(Action):
    """Updates one deployment, or has workers update all of them."""

    words = "update deployments to the newest release"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("end_user", nargs="?", help="end user's name or id in your product")
        add_connector_and_account(parser)
        parser.add_argument("--release", metavar="VERSION", help="default: the newest")
        parser.add_argument("--all", action="store_true", help="let workers update all deployments")
        parser.add_argument(
            "--recreate-deleted",
            action="store_true",
            help="recreate components that were deleted in the account, instead of failing",
        )
        parser.add_argument("--later", action="store_true", help="let a worker do it")

    def run(self, command: KitCommand, options: Options) -> None:
        connector = find_connector(options["connector"])
        if options["all"] == bool(options["end_user"]):
            raise CommandError("Name one end user or use --all.")
        release, by = _named_release(connector, options), Actor.of_command_line()
        recreate_deleted = options["recreate_deleted"]
        if options["all"]:
            count = _update_all(connector, options, by)
            command.show({"sent": count}, f"Workers will update {count} deployments.", options)
            return
        deployment = requested_deployment(options)
        if options["later"]:
            update_soon(deployment, release=release, recreate_deleted=recreate_deleted, by=by)
            _show_as_pending(deployment, command, options)
        else:
            update(deployment, release=release, recreate_deleted=recreate_deleted, by=by)
            _show_deployment(deployment, command, options)


def _update_all(connector: Connector, options: Options, by: Actor) -> int:
    """Send a task for each; waves, pauses and verdicts are `rollout`'s."""
    deployments = deployments_of(connector, named_account(options)).exclude(release=None)
    release = find_release(connector, options["release"])
    recreate_deleted = options["recreate_deleted"]
    after = {"release": release.version, "recreate_deleted": recreate_deleted}
    record_action(by, "embedded.update_all", f"connector/{connector.slug}", after=after)
    count = 0
    for deployment in deployments.iterator():
        order_update(deployment, release=release, recreate_deleted=recreate_deleted)
        tasks.send(tasks.update, deployment)
        count += 1
    return count


class Remove(Action):
    """Removes a deployment."""

    words = "remove a deployment"

    def add_arguments(self, parser: CommandParser) -> None:
        add_deployment(parser)
        parser.add_argument("--later", action="store_true", help="let a worker do it")
        add_yes(parser)

    def run(self, command: KitCommand, options: Options) -> None:
        deployment = requested_deployment(options)
        count = deployment.components.count()
        agree(
            f"{deployment.connector} will be removed for {deployment.end_user}: its integration "
            f"and {count} component{'' if count == 1 else 's'} will be deleted in the account "
            f"{deployment.embedded_account}.",
            options,
        )
        if options["later"]:
            remove_soon(deployment, by=Actor.of_command_line())
            _show_as_pending(deployment, command, options)
        else:
            remove(deployment, by=Actor.of_command_line())
            command.show(_to_json(deployment), f"Removed {deployment}.", options)


def _named_release(connector: Connector, options: Options) -> Release | None:
    return find_release(connector, options["release"]) if options["release"] else None


def _show_as_pending(deployment: Installation, command: KitCommand, options: Options) -> None:
    words = f"A worker will do it: {_line(deployment)}"
    if trouble := nobody_works(Queue.WORK):
        words += f"\n{trouble}"
    command.show(_to_json(deployment), words, options)


def _show_deployment(deployment: Installation, command: KitCommand, options: Options) -> None:
    deployment.refresh_from_db()
    command.show(_to_json(deployment), _line(deployment), options)


def _line(deployment: Installation) -> str:
    version = deployment.version or "not complete"
    place = f"{deployment.embedded_account}/{deployment.integration_id}"
    return f"{deployment.pk}  {deployment.connector} for {deployment.end_user}  {version}  {place}"


def _release_to_json(release: Release) -> Document:
    return {"slug": release.connector.slug, "version": release.version, "digest": release.digest}


def _to_json(deployment: Installation) -> Document:
    order = deployment.orders.open().writing().select_related("release").first()
    last = deployment.operations.order_by("-pk").first()
    return {
        "id": deployment.pk,
        "connector": deployment.connector.slug,
        "account": str(deployment.embedded_account),
        "end_user": deployment.end_user,
        "integration_id": None if deployment.is_pending else deployment.integration_id,
        "version": deployment.version,
        "target": order.release.version if order and order.release else None,
        "last_operation": {"kind": last.kind, "outcome": last.outcome, "code": last.code}
        if last
        else None,
    }
