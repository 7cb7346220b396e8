"""The functions the platform may call for a connector: the author's own and the derived ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Any

from connector_kit import blueprint
from connector_kit.adoption.loaded import loaded
from connector_kit.blueprint.calls import Call
from connector_kit.blueprint.settings.pages import FORM_INIT, PRE_SAVE
from connector_kit.blueprint.source import COMPLETE_INSTALL, COMPLETE_UNINSTALL, VERIFY_CONNECTION
from connector_kit.blueprint.tailoring import INIT_CHILD
from connector_kit.documents import Document
from connector_kit.errors import ConnectorKitError
from connector_kit.extension import ExtensionError, FunctionModule
from connector_kit.lifecycle.add_ons import (
    INSTALL,
    UNINSTALL,
    install_add_on,
    license_metadata,
    uninstall_add_on,
)
from connector_kit.lifecycle.children import init_child
from connector_kit.lifecycle.editions import (
    change_edition,
    change_edition_flat,
)
from connector_kit.lifecycle.errors import code_of
from connector_kit.lifecycle.flat import (
    complete_install,
    complete_uninstall,
    update_flat,
    verify_connection,
)
from connector_kit.lifecycle.install import install, verify
from connector_kit.lifecycle.served import KIT, SERVED, lacking_in, served
from connector_kit.lifecycle.settings.flat import form_init, pre_save
from connector_kit.lifecycle.settings.mappings import get_mapping_metadata
from connector_kit.lifecycle.settings.refreshing import refresh_metadata
from connector_kit.lifecycle.settings.saving import persist_settings
from connector_kit.lifecycle.steps import REMOVE, VERIFY
from connector_kit.lifecycle.stores import ADD, REMOVE_STORE, add_new_store, remove_store
from connector_kit.lifecycle.uninstall import pre_uninstall, remove, uninstall
from connector_kit.lifecycle.update import update
from connector_kit.models import Connector

Function = Callable[[Document], Any]
Derived = Callable[[Connector, Document], Any]

FUNCTION_NAMES = {
    "installerFunction": "install",
    "updateFunction": "update",
    "preUninstallFunction": "preUninstallFunction",
    "uninstallerFunction": "uninstall",
}
"""What the marketplace record says (protocol/resources.md#connector)."""

CHANGE_EDITION = "changeEdition"
"""What the platform calls to change an edition: in 1.0 by this name, in 2.0 by what the record says
under ``twoDotZero``."""

_INSTALLER: Mapping[str, Derived] = {
    "install": install,
    "update": update,
    ADD: add_new_store,
    INSTALL: install_add_on,
}
_UNINSTALLER: Mapping[str, Derived] = {
    "preUninstallFunction": pre_uninstall,
    "uninstall": uninstall,
    REMOVE_STORE: remove_store,
    UNINSTALL: uninstall_add_on,
}
_SETTINGS: Mapping[str, Derived] = {
    CHANGE_EDITION: change_edition,
    "getLicenseMetadata": license_metadata,
    "getMappingMetadata": get_mapping_metadata,
    "persistSettings": persist_settings,
    "refreshMetadata": refresh_metadata,
}
_FLAT: Mapping[str, Derived] = {
    CHANGE_EDITION: change_edition_flat,
    COMPLETE_INSTALL: complete_install,
    INIT_CHILD: init_child,
    COMPLETE_UNINSTALL: complete_uninstall,
    VERIFY_CONNECTION: verify_connection,
    FORM_INIT: form_init,
    PRE_SAVE: pre_save,
    "update": update_flat,
}


def find_module(connector_id: str) -> FunctionModule | None:
    """The functions of the published connector *connector_id*, or None when it is not ours.

    Those of the kit itself are found under `KIT`, which is no connector's id.
    """
    if connector_id == KIT:
        return _OWN
    connector = Connector.objects.filter(connector_id=connector_id).first()
    return _module(connector) if connector else None


def find_derived(connector_id: str) -> FunctionModule | None:
    """The kit's own functions for the published connector *connector_id*, and for itself.

    Names of the author's functions take precedence: calls of these do not reach the kit's own.
    """
    if connector_id == KIT:
        return _OWN
    connector = Connector.objects.filter(connector_id=connector_id).first()
    return derived(connector) if connector else None


def class_of(connector_id: str) -> str | None:
    """Where the class of the published connector *connector_id* is, None when it is not ours."""
    return (
        Connector.objects.filter(connector_id=connector_id)
        .values_list("class_path", flat=True)
        .first()
    )


def _module(connector: Connector) -> FunctionModule:
    """The author's functions, and the derived ones under names that the author does not use."""
    return authored(connector.class_path).or_else(derived(connector))


def derived(connector: Connector) -> FunctionModule:
    """The functions that the kit has for *connector*, whatever its author wrote."""
    return FunctionModule(
        installer=_Steps(connector, VERIFY, verify, _INSTALLER),
        uninstaller=_Steps(connector, REMOVE, remove, _UNINSTALLER),
        settings=_bound(connector, _SETTINGS),
        flat=_bound(connector, _FLAT),
    )


def module_at(class_path: str) -> FunctionModule:
    """What a connector with its class at *class_path* is served with; raises `LoadError`."""
    return _module(Connector(class_path=class_path))


def lacking(cls: type[blueprint.Connector], calls: Iterable[Call]) -> list[Call]:
    """Those of *calls* for which a connector with the class *cls* has no function."""
    return lacking_in(cls, FunctionModule.of(cls).or_else(derived(Connector())), calls)


_OWN = FunctionModule(utilities={SERVED: partial(served, module_at=module_at)})
"""Functions that the kit calls itself, through the same endpoint as every other caller."""


def _bound(connector: Connector, functions: Mapping[str, Derived]) -> dict[str, Function]:
    return {name: reporting(partial(function, connector)) for name, function in functions.items()}


@lru_cache(maxsize=64)
def authored(class_path: str) -> FunctionModule:
    """The author's own functions of the connector at *class_path*."""
    return FunctionModule.of(loaded(class_path))


class _Steps(dict[str, Function]):
    """The named functions of one part, and a step function for every connection.

    Older installations have steps for connections that the newest release no longer declares,
    so a step is recognized by its prefix rather than looked up in a declaration.
    """

    def __init__(
        self,
        connector: Connector,
        prefix: str,
        step: Callable[[Connector, str, Document], Document],
        functions: Mapping[str, Derived],
    ) -> None:
        super().__init__(_bound(connector, functions))
        self._connector, self._prefix, self._step = connector, prefix, step

    def get(self, name: str, default: Any = None) -> Any:
        """Return the function called *name*, a step function, or *default*."""
        if name in self:
            return self[name]
        if name.startswith(self._prefix):
            connection = name.removeprefix(self._prefix)
            return reporting(partial(self._step, self._connector, connection))
        return default


def reporting(function: Function) -> Function:
    """Translate what the kit raises into the error that is sent to the platform."""

    def call(options: Document) -> Any:
        try:
            return function(options)
        except ConnectorKitError as error:
            raise ExtensionError(code_of(error), str(error)) from error

    return call
