"""Installations that other code made: refused until they are taken over, and taken over.

Their documents carry the connector's tag, but are on no record, and most have no external id. A
plan that looks for external ids would make all of them again.
"""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from connector_kit.blueprint import INTEGRATION, tailored
from connector_kit.blueprint.resources import COMMON
from connector_kit.documents import Document
from connector_kit.lifecycle.account import Account, resources_of
from connector_kit.lifecycle.apply import apply
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.lifecycle.operations import Work
from connector_kit.lifecycle.situations import recall, situation_of
from connector_kit.lifecycle.state_store import has_state
from connector_kit.lifecycle.steps import VERIFY, installer_steps, steps_of
from connector_kit.lifecycle.tags import ConnectorTag
from connector_kit.models import Document as StoredDocument
from connector_kit.models import Takeover
from connector_kit.models.sealing import secrets_in
from connector_kit.plan import Conflict, Plan
from connector_kit.takeover import (
    Found,
    Rules,
    TakeoverPlan,
    carry_settings,
    match,
    plan_takeover,
)

NEEDED = "takeover_needed"
"""Code of an installation that must be taken over before anything else."""


def of_other_code(work: Work, account: Account) -> list[tuple[str, Document]]:
    """The documents of an installation that other code made; none when it is the kit's.

    The kit knows its own installations by its records or, if these are lost, by their copy in the
    platform's state store. Copies of its source integration (framework 2.0) are its own, too.
    """
    installation, tag = work.installation, account.tag
    is_known = (
        installation.release_id is not None
        or installation.parent_id is not None
        or INTEGRATION in work.journal.applied
        or account.integration.get("mode") != "settings"
    )
    if is_known or not isinstance(tag, ConnectorTag) or tag.origins:
        return []
    if has_state(installation, account.client):
        return []
    return account.owned(COMMON)


def blocked_plan(work: Work, found: list[tuple[str, Document]]) -> Plan:
    """The plan for an installation that other code made, with what it *found*: do nothing."""
    listed = ", ".join(_described(resource, document) for resource, document in found[:_SHOWN])
    more = f", and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    conflict = Conflict(
        INTEGRATION,
        "integrations",
        NEEDED,
        f"This installation holds {len(found)} documents with the connector's tag that are on no "
        f"record here: {listed}{more}. Other code made them, and an update would make them again.",
        "Take the installation over first: connector-kit takeover "
        f"{work.installation.connector.slug}.",
    )
    return Plan((conflict,), unknown=tuple(document["_id"] for _, document in found))


def require_taken_over(work: Work, account: Account) -> None:
    """Raise `LifecycleError` for a customer's call in an installation that other code still runs.

    That is so until it is taken over, and then until its first update.
    """
    installation = work.installation
    if of_other_code(work, account):
        raise LifecycleError(
            NEEDED,
            "This installation was made by other code. Nothing was changed. Its publisher must "
            f"take it over first (connector-kit takeover {installation.connector.slug}).",
        )
    if installation.release_id is None and INTEGRATION in work.journal.applied:
        raise LifecycleError(
            "update_needed",
            "This installation was taken over from other code, and still has that code's settings "
            "page. Nothing was changed. Its publisher must update it first.",
        )


def has_other_steps(account: Account) -> bool:
    """Whether the installation still has the install steps of other code, none of the kit's."""
    steps = steps_of(account)
    return bool(steps) and not any(
        str(step.get("installerFunction")).startswith(VERIFY) for step in steps
    )


def own_steps(work: Work, account: Account) -> Document:
    """The fields that the first update writes besides the page: the kit's own install steps.

    Uninstalling follows them. In framework 2.0 they are the source integration's.
    """
    if work.whole.framework != 1 or account.is_embedded or not has_other_steps(account):
        return {}
    steps = installer_steps(work.blueprint, account)
    return {"install": [{**step, "completed": True} for step in steps]}


def take_over(work: Work, account: Account, takeover: Takeover) -> None:
    """Recognize the documents of the account; unless it is a dry run, record them as the kit's.

    Writes the external id and the integration's id where they are missing, and nothing else. The
    record of the installation itself comes last: without it an interrupted takeover counts for
    nothing, and another one continues. Raises `PlanBlocked` when a document is ambiguous.
    """
    mode = account.integration.get("mode")
    if mode != "settings":
        raise LifecycleError(
            "not_installed",
            f"The installation is in mode {mode!r}: only complete installations can be taken over. "
            "The customer must complete it with the code that began it, or uninstall it.",
        )
    if work.installation.release_id is not None or INTEGRATION in work.journal.applied:
        raise LifecycleError("already_recorded", "The installation is on record already.")
    if isinstance(account.tag, ConnectorTag) and account.tag.origins:
        raise LifecycleError(
            "takeover_not_needed",
            "The installation is a copy of the connector's source integration, so an update "
            "recognizes its documents. Start a rollout instead.",
        )
    planned = _planned(work, account, takeover)
    work.operation.plan = work.veil.over(planned.to_json())
    work.summarize(planned.plan)
    if work.is_dry_run:
        return
    *components, page = planned.recorded
    has_secrets = bool(secrets_in(work.installation.settings))
    StoredDocument.objects.remember(components, has_secrets=has_secrets)
    StoredDocument.objects.remember([page], has_secrets=True)  # with the customer's values
    apply(planned.plan, account, work.journal, out_of_time=work.out_of_time)
    with transaction.atomic():
        work.installation.note(settings=planned.settings.values)
        for step in planned.plan.steps:
            if step.external_id == INTEGRATION:
                work.journal.record(step, account.integration_id)
        work.journal.settle({component.external_id for component in (*components, page)})


def _planned(work: Work, account: Account, takeover: Takeover) -> TakeoverPlan:
    """What is to be taken over, compared with the base as this customer would have it."""
    base, rules = takeover.blueprint(), Rules.from_json(takeover.rules)
    recall(work.installation, base, account.integration)
    carried = carry_settings(base.schema, account.integration.get("settings"), rules)
    situation = situation_of(work.installation, base)
    whole = tailored(base, replace(situation, settings=carried.values))
    resources = dict.fromkeys((*COMMON, *resources_of(whole.components)))
    found = [Found(resource, document) for resource, document in account.owned(resources)]
    matching = match(whole.components, found, rules)
    matches = [
        replace(item, found=replace(item.found, document=_complete(item.found, account)))
        for item in matching.matches
    ]
    planned = plan_takeover(
        (*whole.components, whole.integration),
        account.integration,
        replace(matching, matches=tuple(matches)),
        carried,
        ids=account.ids,
        version=base.version,
    )
    account.ids |= {name: identity for identity, name in matching.names.items()}
    return planned


def _complete(found: Found, account: Account) -> Document:
    """The document with the content that lists of scripts leave out: a PUT needs it."""
    if found.resource != "scripts":
        return found.document
    return {**found.document, **account.client.scripts.get(found.id)}


_SHOWN = 5


def _described(resource: str, document: Document) -> str:
    return f"{resource}/{document.get('name') or document['_id']}"
