"""What a child of framework 2.0 has of its parent: its place in the records, and shared components.

protocol/resources.md#integration (``_parentId``).
"""

from __future__ import annotations

from connector_kit.documents import Document, references
from connector_kit.lifecycle.account import Account, open_account, resources_of
from connector_kit.lifecycle.operations import Work
from connector_kit.models import Installation
from connector_kit.storable import cut


def record_proven(installation: Installation, integration: Document) -> Installation:
    """Return the row of *installation*, made if it has none; a token has proven its *integration*.

    A child is recorded as what it is, with the e-mail address of its parent.
    """
    if installation._state.adding:  # noqa: SLF001 - Django documents _state
        installation, _ = Installation.objects.get_or_create(
            integration_id=installation.integration_id,
            defaults={"connector": installation.connector},
        )
    parent_id = integration.get("_parentId")
    if not isinstance(parent_id, str) or installation.parent_id is not None:
        return installation
    parent, _ = Installation.objects.get_or_create(
        integration_id=parent_id, defaults={"connector": installation.connector}
    )
    installation.note(
        parent=parent,
        name=cut(str(integration.get("name") or ""), 300),
        email=parent.email,
        sandbox=bool(integration.get("sandbox")),
    )
    return installation


def know_shared(work: Work, account: Account) -> None:
    """Let *account*, a child's, know the ids of the components that its parent has, or has had.

    Those that the records lack, and the child needs, are looked for by the parent's tag.
    """
    parent, release = work.installation.parent, work.operation.release
    if parent is None or release is None:
        return
    own = work.whole.components
    used = {name for component in own for name in references(component.document)}
    shared = {
        component.external_id: component
        for component in release.blueprint().components
        if not component.per_store and component.external_id in used
    }
    rows = parent.components.exclude(resource_id="").exclude(
        external_id__in=[component.external_id for component in own]
    )
    known = dict(rows.values_list("external_id", "resource_id"))
    account.ids = known | account.ids
    if lacking := {name: item for name, item in shared.items() if name not in account.ids}:
        # A connection that the customer had before may stand in for one of the parent's.
        connector = work.installation.connector
        whole = open_account(account.client, connector, parent.integration_id)
        whole.read(resources_of(lacking.values()), declared=lacking, applied={}, known_ids=known)
        account.ids = {name: whole.ids[name] for name in lacking if name in whole.ids} | account.ids
