"""``embedded release``, ``deploy``, ``list``, ``update`` and ``remove``."""

from __future__ import annotations

from dataclasses import asdict

from django.core.management.base import CommandError, CommandParser

from connector_kit.documents import Document
from connector_kit.embedded import (
    deploy,
    deployments_of,
    plan,
    record_copy,
    record_release,
    remove,
    tasks,
    update,
)
from connector_kit.embedded.asking import remove_soon, update_soon
from connector_kit.embedded.deployments import order_update
from connector_kit.management.base import add_yes, agree
from connector_kit.management.embedded.action import (
    ATTENTION,
    Action,
    Context,
    add_connector,
    add_deployment,
    read_json,
)
from connector_kit.models import Installation
from connector_kit.publisher import find_release
from connector_kit.publisher.actions import Actor, record_action
from connector_kit.workers.heartbeat import nobody_works
from connector_kit.workers.queues import Queue

PAGE = 100


def _release_arguments(parser: CommandParser) -> None:
    parser.add_argument(
        "target", nargs="?", help="package.module:Class or slug (default: the only one configured)"
    )
    parser.add_argument(
        "--break-installations",
        action="store_true",
        help="record it even if deployments lose functions that their version calls",
    )
    add_yes(parser)


def _release(context: Context) -> int:
    breaks = context.options["break_installations"]
    if breaks:
        agree("Deployments may lose functions that their version calls.", context.options)
    release = record_release(
        context.options["target"], break_installations=breaks, by=Actor.of_command_line()
    )
    shown = {"slug": release.connector.slug, "version": release.version, "digest": release.digest}
    context.show(shown, f"{release} is recorded ({release.digest[:12]}).")
    return 0


def _copy_arguments(parser: CommandParser) -> None:
    parser.add_argument("integration", help="id of an integration in the account")
    parser.add_argument("--account", metavar="NAME", help="default: the only one")
    parser.add_argument("--name", help="connector name (default: the integration's)")
    parser.add_argument("--release", metavar="VERSION", required=True, help="such as 1.0.0")


def _copy(context: Context) -> int:
    options = context.options
    copied = record_copy(
        context.account,
        options["integration"],
        name=options["name"],
        version=options["release"],
        by=Actor.of_command_line(),
    )
    release = copied.release
    for remark in copied.left_out:
        context.remark(
            f"left out: {remark.component} {remark.path}: {remark.reason}", soft_wrap=True
        )
    shown = {
        "slug": release.connector.slug,
        "version": release.version,
        "digest": release.digest,
        "left_out": [asdict(remark) for remark in copied.left_out],
    }
    context.show(shown, f"{release} is recorded ({release.digest[:12]}).")
    return 0


def _plan_arguments(parser: CommandParser) -> None:
    add_deployment(parser)
    parser.add_argument("--release", metavar="VERSION", help="default: the newest")


def _plan(context: Context) -> int:
    version, deployment = context.options["release"], context.deployment
    planned = plan(
        deployment, release=find_release(deployment.connector, version) if version else None
    )
    counts = ", ".join(f"{count} {what}" for what, count in planned["summary"].items() if count)
    context.show(planned, f"{_line(deployment)}: {counts}")
    return ATTENTION if planned["blocked"] else 0


def _deploy_arguments(parser: CommandParser) -> None:
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


def _deploy(context: Context) -> int:
    options, connector = context.options, context.connector
    place = options["credentials"]
    deployment = deploy(
        connector,
        context.account,
        options["end_user"],
        credentials=read_json(place, "--credentials") if place else None,
        release=find_release(connector, options["release"]) if options["release"] else None,
        name=options["name"],
        ping=not options["no_ping"],
        components=not options["later"],
        by=Actor.of_command_line(),
    )
    if options["later"]:
        tasks.send(tasks.complete, deployment)
    return _say(context, deployment)


def _list_arguments(parser: CommandParser) -> None:
    add_connector(parser)
    parser.add_argument("--after", type=int, default=0, metavar="ID", help="for the next page")
    parser.add_argument("--limit", type=int, default=PAGE, help=f"maximum number of rows ({PAGE})")


def _list(context: Context) -> int:
    options = context.options
    found = deployments_of(
        context.connector if options["connector"] else None,
        context.account if options["account"] else None,
    ).filter(pk__gt=options["after"])
    rows = list(found[: options["limit"] + 1])
    page = rows[: options["limit"]]
    following = page[-1].pk if len(rows) > len(page) and page else None
    words = "\n".join(map(_line, page)) or "No deployments."
    if following:
        words += f"\nMore: --after {following}"
    shown = {
        "deployments": [_to_json(installation) for installation in page],
        "next_after": following,
    }
    context.show(shown, words)
    return 0


def _update_arguments(parser: CommandParser) -> None:
    parser.add_argument("end_user", nargs="?", help="end user's name or id in your product")
    add_connector(parser)
    parser.add_argument("--release", metavar="VERSION", help="default: the newest")
    parser.add_argument("--all", action="store_true", help="let workers update all deployments")
    parser.add_argument(
        "--recreate-deleted",
        action="store_true",
        help="recreate components that were deleted in the account, instead of failing",
    )
    parser.add_argument("--later", action="store_true", help="let a worker do it")


def _update(context: Context) -> int:
    options, connector = context.options, context.connector
    if options["all"] == bool(options["end_user"]):
        raise CommandError("Name one end user or use --all.")
    release = find_release(connector, options["release"]) if options["release"] else None
    if options["all"]:
        return _update_all(context)
    deployment = context.deployment
    if not options["later"]:
        update(
            deployment,
            release=release,
            recreate_deleted=options["recreate_deleted"],
            by=Actor.of_command_line(),
        )
        return _say(context, deployment)
    update_soon(
        deployment,
        release=release,
        recreate_deleted=options["recreate_deleted"],
        by=Actor.of_command_line(),
    )
    return _later(context, deployment)


def _update_all(context: Context) -> int:
    """Send a task for each; waves, pauses and verdicts are `rollout`'s."""
    options, connector = context.options, context.connector
    account = context.account if options["account"] else None
    found = deployments_of(connector, account).exclude(release=None)
    release = find_release(connector, options["release"])
    after = {"release": release.version, "recreate_deleted": options["recreate_deleted"]}
    record_action(
        Actor.of_command_line(), "embedded.update_all", f"connector/{connector.slug}", after=after
    )
    count = 0
    for deployment in found.iterator():
        order_update(deployment, release=release, recreate_deleted=options["recreate_deleted"])
        tasks.send(tasks.update, deployment)
        count += 1
    context.show({"sent": count}, f"Workers will update {count} deployments.")
    return 0


def _remove_arguments(parser: CommandParser) -> None:
    add_deployment(parser)
    parser.add_argument("--later", action="store_true", help="let a worker do it")
    add_yes(parser)


def _remove(context: Context) -> int:
    deployment = context.deployment
    agree(
        f"{deployment.connector} will be removed for {deployment.end_user}: {_size(deployment)} "
        f"will be deleted in the account {deployment.embedded_account}.",
        context.options,
    )
    if context.options["later"]:
        remove_soon(deployment, by=Actor.of_command_line())
        return _later(context, deployment)
    remove(deployment, by=Actor.of_command_line())
    context.show(_to_json(deployment), f"Removed {deployment}.")
    return 0


def _size(deployment: Installation) -> str:
    count = deployment.components.count()
    return f"its integration and {count} component{'' if count == 1 else 's'}"


def _later(context: Context, deployment: Installation) -> int:
    words = f"A worker will do it: {_line(deployment)}"
    if silent := nobody_works(Queue.WORK):
        words += f"\n{silent}"
    context.show(_to_json(deployment), words)
    return 0


def _say(context: Context, deployment: Installation) -> int:
    deployment.refresh_from_db()
    context.show(_to_json(deployment), _line(deployment))
    return 0


def _line(deployment: Installation) -> str:
    version = deployment.version or "not complete"
    place = f"{deployment.embedded_account}/{deployment.integration_id}"
    return f"{deployment.pk}  {deployment.connector} for {deployment.end_user}  {version}  {place}"


def _ordered(deployment: Installation) -> str | None:
    order = deployment.orders.open().writing().select_related("release").first()
    return order.release.version if order and order.release else None


def _to_json(deployment: Installation) -> Document:
    last = deployment.operations.order_by("-pk").first()
    return {
        "id": deployment.pk,
        "connector": deployment.connector.slug,
        "account": str(deployment.embedded_account),
        "end_user": deployment.end_user,
        "integration_id": None if deployment.is_pending else deployment.integration_id,
        "version": deployment.version,
        "target": _ordered(deployment),
        "last_operation": {"kind": last.kind, "outcome": last.outcome, "code": last.code}
        if last
        else None,
    }


COPY = Action("record a manually built integration as a version", _copy_arguments, _copy)
PLAN = Action("show what an update would change, without changing anything", _plan_arguments, _plan)
RELEASE = Action(
    "record a connector's version, without the marketplace", _release_arguments, _release
)
DEPLOY = Action(
    "deploy a connector for an end user, or complete a deployment", _deploy_arguments, _deploy
)
LIST = Action("list deployments", _list_arguments, _list)
UPDATE = Action("update deployments to the newest release", _update_arguments, _update)
REMOVE = Action("remove a deployment", _remove_arguments, _remove)
