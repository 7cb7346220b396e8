"""Stores of a multi-store installation: add one step by step, or remove one with all it has.

A store that is being added is named in ``settings.defaultSectionId`` until its last step is done
(protocol/settings-forms.md 1.1); its steps are in ``integration.install``, after the others.
"""

from __future__ import annotations

from functools import partial

from connector_kit.blueprint import INTEGRATION
from connector_kit.blueprint.entitlements import of_license
from connector_kit.blueprint.stores import following_store, store_of, store_title
from connector_kit.documents import Document
from connector_kit.lifecycle.account import Account
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.lifecycle.moves import move, require_settled
from connector_kit.lifecycle.operations import Work
from connector_kit.lifecycle.sessions import session
from connector_kit.lifecycle.situations import text_option
from connector_kit.lifecycle.steps import steps_of, store_of_step, store_steps
from connector_kit.models import Connector, Operation

KIND = Operation.Kind.STORE
ADD, REMOVE_STORE = "addNewStore", "removeStore"


def add_new_store(connector: Connector, options: Document) -> list[Document]:
    """Begin another store: create its connections, and return its steps.

    If the setup of a store has begun, it continues. Raises `LifecycleError` ``no_stores`` or
    ``store_not_licensed``.
    """
    with session(connector, options, KIND, ADD) as (work, account):
        require_settled(work, account)
        store = work.situation.opening or _following(work)
        move(work, account, fields=partial(_with_steps, work, store), opening=store)
        return _steps_for(account, store)


def is_opening(work: Work, account: Account, step: Document) -> bool:
    """Tell whether *step* is of a store whose setup is not finished, or not on record, yet."""
    store = store_of_step(step)
    if not store or account.integration.get("mode") != "settings":
        return False
    page = account.integration.get("settings")
    if isinstance(page, dict) and page.get("defaultSectionId") == store:
        return True
    recorded = work.journal.applied.get(INTEGRATION)
    return work.installation.release is not None and recorded != work.blueprint.integration


def complete_step(step: Document, work: Work, account: Account) -> None:
    """Complete a *step* of a store that is being added; the last one creates its components."""
    require_settled(work, account)
    store = store_of_step(step)
    steps = [
        {**document, "completed": True} if document is step else document
        for document in steps_of(account)
    ]
    if all(step.get("completed") for step in steps if store_of_step(step) == store):
        stores = [*dict.fromkeys((*work.situation.stores, store))]
        opening = _opening_but(work, store)
        move(work, account, fields=lambda _: {"install": steps}, stores=stores, opening=opening)
    else:
        account.write_integration({**account.integration, "install": steps})


def pre_remove(connector: Connector, options: Document) -> list[Document]:
    """The only step to remove the store that *options* name: all of it is removed at once.

    Raises `LifecycleError` ``store_unknown`` or ``last_store``.
    """
    store = text_option(options, "storeId")
    with session(connector, options, KIND, "preUninstallFunction") as (work, account):
        require_settled(work, account)
        _require_removable(work, store)
        title = store_title(work.release.blueprint().stores or "", store)
        return [
            {
                "name": f"Remove {title}",
                "description": f"Remove the connections and flows of {title}. Other stores are "
                "not changed.",
                "completed": False,
                "uninstallerFunction": REMOVE_STORE,
            }
        ]


def remove_store(connector: Connector, options: Document) -> Document:
    """Remove the store that *options* name, with all that it has and with nothing else.

    Called again when the store is gone, it does nothing.
    """
    store = text_option(options, "storeId")
    with session(connector, options, KIND, REMOVE_STORE) as (work, account):
        if not store:
            raise LifecycleError("missing_required_field", "The call has no storeId.")
        require_settled(work, account)
        if store in _known(work):
            _require_removable(work, store)
        installation = work.installation

        def remaining_steps(_: Account) -> Document:
            steps = steps_of(account)
            others = [step for step in steps if store_of_step(step) != store]
            return {} if others == steps else {"install": others}

        add_ons, settings = installation.add_ons.items(), installation.settings.items()
        move(
            work,
            account,
            fields=remaining_steps,
            stores=[name for name in work.situation.stores if name != store],
            opening=_opening_but(work, store),
            add_ons={key: item for key, item in add_ons if store_of(key) != store},
            settings={key: item for key, item in settings if key != store},
        )
        return {"success": True}


def _following(work: Work) -> str:
    """The next store; raises `LifecycleError` when no further store is allowed."""
    offer, stores = work.release.blueprint().offer, work.situation.stores
    if offer.stores is None:
        raise LifecycleError(
            "no_stores",
            f"{work.release} supports only one store. Declare Stores(...) in the "
            "connector's class.",
        )
    allowed = of_license(offer, work.installation.opts).allowed_stores or 1
    if len(stores) >= allowed:
        raise LifecycleError(
            "store_not_licensed",
            f"The license allows {allowed} of these: {offer.stores}. The connector's publisher can "
            'add more to the license: opts.addonLicenses, type "store", one entry for each.',
        )
    return following_store(stores)


def _with_steps(work: Work, store: str, account: Account) -> Document:
    """The integration's steps with those of *store*, unless it has them."""
    own = store_steps(work.blueprint, account, store)
    if own == _steps_for(account, store):
        return {}
    others = [step for step in steps_of(account) if store_of_step(step) != store]
    return {"install": [*others, *own]}


def _steps_for(account: Account, store: str) -> list[Document]:
    return [step for step in steps_of(account) if store_of_step(step) == store]


def _opening_but(work: Work, store: str) -> str:
    """The store whose setup has begun, if it is not *store*."""
    opening = work.situation.opening
    return "" if opening == store else opening


def _require_removable(work: Work, store: str) -> None:
    known = _known(work)
    if store not in known:
        raise LifecycleError(
            "store_unknown",
            f"The installation has no store {store!r}; it has {', '.join(known) or 'none'}. Reload "
            "the page.",
        )
    if work.situation.stores == (store,):
        raise LifecycleError(
            "last_store",
            f"{store} is the only store of this installation. Uninstall the connector, or add "
            "another store first.",
        )


def _known(work: Work) -> tuple[str, ...]:
    opening = work.situation.opening
    return (*work.situation.stores, opening) if opening else work.situation.stores
