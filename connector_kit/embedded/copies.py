"""A release made from an integration built by hand: every deployment is a copy of it.

The platform's own clone (protocol/http-api.md#51-clone) makes documents without tags, works only
once, and cannot update them to the original's next version. So the kit reads the original and
stores it as a release; its copies are made by plan and apply like everything else, and reading the
original again under a higher version updates them.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.text import slugify

from connector_kit.adoption import Adoption, AdoptionError, Remark, adopt, read_live
from connector_kit.blueprint import INTEGRATION, STACK, Blueprint, CompiledComponent
from connector_kit.documents import references
from connector_kit.embedded.accounts import account_client
from connector_kit.embedded.errors import EmbeddedError
from connector_kit.embedded.releases import keep_release
from connector_kit.models import Connector, EmbeddedAccount, Release
from connector_kit.publisher.actions import THE_KIT, Actor, record_action

SLUG_LENGTH = 50


@dataclass(frozen=True)
class Copied:
    """A release made from an integration, and what it lacks of the original."""

    release: Release
    left_out: tuple[Remark, ...]


def record_copy(
    account: EmbeddedAccount,
    integration_id: str,
    *,
    name: str | None = None,
    version: str,
    by: Actor = THE_KIT,
) -> Copied:
    """Record what the integration in *account* consists of as the release *version*.

    *name* is the connector's, by default the integration's. Secrets stay behind: each deployment
    has credentials of its own. Nothing in the account is changed. Raises `EmbeddedError`
    ``not_copyable`` for what cannot be copied completely, and `VersionTaken`.
    """
    with account_client(account) as client:
        try:
            adoption = adopt(
                read_live(client, integration_id), name=name, version=version, keep_samples=True
            )
        except AdoptionError as error:
            raise EmbeddedError("not_copyable", str(error)) from error
    _require_complete(adoption)
    outline = adoption.outline
    blueprint = Blueprint(
        name=outline.name,
        version=outline.version,
        description=outline.description,
        applications=tuple(outline.applications),
        components=outline.components,
        integration=CompiledComponent(INTEGRATION, "integrations", {}),
    )
    with transaction.atomic():
        connector = _connector(blueprint)
        is_known = connector.releases.filter(version=version).exists()
        release = keep_release(connector, blueprint)
        if not is_known:
            after = {"version": release.version, "copy_of": integration_id}
            record_action(by, "release.record", f"connector/{connector.slug}", after=after)
        return Copied(release, adoption.left_out)


def _require_complete(adoption: Adoption) -> None:
    if adoption.stand_ins:
        missing = ", ".join(remark.component for remark in adoption.stand_ins)
        raise EmbeddedError(
            "not_copyable", f"The integration lacks connections that its documents use: {missing}."
        )
    calling = [
        component.external_id
        for component in adoption.outline.components
        if STACK in references(component.document)
    ]
    if calling:
        raise EmbeddedError(
            "not_copyable",
            f"{', '.join(calling)} call functions on a stack, which are not in the account. Turn "
            "the integration into a connector ('connector-kit adopt'), write these functions in "
            "Python, and deploy it.",
        )


def _connector(blueprint: Blueprint) -> Connector:
    """The connector of copies of that name; one that is declared by a class is another thing."""
    slug = slugify(blueprint.name)[:SLUG_LENGTH]
    if not slug:
        raise EmbeddedError(
            "not_copyable", f"No short name can be derived from {blueprint.name!r}. Give one."
        )
    connector, _ = Connector.objects.get_or_create(
        slug=slug, defaults={"name": blueprint.name, "class_path": ""}
    )
    if connector.class_path:
        raise EmbeddedError(
            "not_copyable",
            f"{slug} is already a connector, declared in {connector.class_path}. Give the copy "
            "another name.",
        )
    return connector
