"""The platform, as far as a test of functions needs it: it calls them."""

from __future__ import annotations

from typing import Any

from connector_kit.adoption.loading import load_object
from connector_kit.blueprint import Connector
from connector_kit.documents import Document
from connector_kit.extension.authoring.kinds import KINDS
from connector_kit.extension.authoring.members import connectors
from connector_kit.extension.registry import FunctionModule
from connector_kit.testing.asking import Installation
from connector_kit.testing.failures import NotDeclared
from connector_kit.testing.flat import FlatCalls
from connector_kit.testing.hooks import HookCalls
from connector_kit.testing.places import Declared
from connector_kit.testing.records import Records
from connector_kit.testing.ways import Here, OverHttp, Way
from connector_kit.testing.wrappers import WrapperCalls


class Platform(HookCalls, WrapperCalls, FlatCalls):
    """Calls functions as integrator.io does, and answers with what integrator.io would get.

    Its own methods are for a 1.0 connector's functions that an author has written
    (protocol/extension.md#53). Those that the kit derives from a declaration work on an account and
    its records; they are tested by installing the connector. *more* are further options, in the
    platform's spelling.
    """

    def __init__(
        self,
        target: object,
        *,
        at: str = "",
        system_token: str = "",
        framework: int | None = None,
        contracts: bool = True,
        **installation: Any,
    ) -> None:
        """Call the functions of *target*.

        *target* is a connector class, a module, another class, an object or a dict of functions,
        the name of one of these (``package.module[:name]``), or the address of a running stack.
        *at* is the address of a stack that runs *target*. *framework* is that of the class, else
        1. *installation* are the fields of `Installation`; a stack of connectors needs the
        ``connector_id``.

        Raises RegistrationError for functions that cannot be served, LoadError for a name that
        cannot be resolved.
        """
        thing: object = target
        if isinstance(target, str) and target.startswith(("http://", "https://")):
            thing, at = None, target
        elif isinstance(target, str):
            thing = load_object(target)
        declared = connectors(thing)
        connector = declared[0] if len(declared) == 1 else None
        if isinstance(thing, type) and issubclass(thing, Connector):
            connector = thing
        self._way: Way
        module = None if thing is None else FunctionModule.of(thing)
        if at:
            self._way = OverHttp(at, system_token)
        elif module is not None:
            self._way = Here(module, contracts=contracts)
        else:
            raise TypeError("There is nothing to call: give functions, or the address of a stack.")
        super().__init__(
            self._way,
            module=module,
            declared=Declared(connector) if connector else None,
            installation=Installation(**installation),
            is_diy=connector is None and "connector_id" not in installation,
            framework=framework or (connector.framework if connector else 1),
        )

    def installer(self, name: str, /, **more: Any) -> Any:
        """Call the connector's installer or update function, or a step's."""
        own = {"_connectorId": self._installation.connector_id}
        return self._ask_plainly("installer", name, {**own, **self._licensed(), **more})

    def uninstaller(self, name: str, /, **more: Any) -> Any:
        """Call the connector's uninstaller, or a step's."""
        return self._ask_plainly("uninstaller", name, {**self._licensed(), **more})

    def setting(self, name: str, /, **more: Any) -> Any:
        """Call a settings function, such as ``refreshMetadata``."""
        return self._ask_plainly("setting", name, {**self._licensed(), **more})

    def persist_settings(self, pending: Document, /, **more: Any) -> Any:
        """Let ``persistSettings`` save what a customer has changed, by the fields' names."""
        return self.setting("persistSettings", pending=pending, **more)

    def utility(self, name: str, /, **more: Any) -> Any:
        """Call a utility with what a client sends."""
        return self._ask_plainly("utility", name, {**self._licensed(), **more})

    def _licensed(self) -> Document:
        return {"opts": self._installation.opts}

    def ask(self, kind: str, name: str, /, records: Records | None = None, **more: Any) -> Any:
        """Call the function *name* of *kind* (``preMap``, ...), as the kind's own method does.

        *more* are options in the platform's spelling, whatever the method's parameters are; a
        function that takes one record at a time gets the first of *records*.
        """
        method = getattr(self, KINDS[kind].mark.rpartition(".")[2])
        if kind in _OF_RECORDS:
            return method(name, records, **more)
        if kind in _OF_A_RECORD:
            record = records[0] if records else None
            return method(name, more.pop("record", record), **more)
        if records is not None:
            raise NotDeclared(f"A {kind} function gets no records: give it options.")
        if kind in _OF_TWO:
            first, second = (more.pop(name, {}) for name in _OF_TWO[kind])
            return method(first, second, name, **more)
        return method(name, **more)

    def close(self) -> None:
        """Let go of the connection to a stack, if there is one."""
        if isinstance(self._way, OverHttp):
            self._way.close()


_OF_RECORDS = frozenset(
    {"preSavePage", "preMap", "postMap", "postSubmit", "postResponseMap", "import"}
)
_OF_A_RECORD = frozenset({"filter", "transform", "branching"})
_OF_TWO = {
    "preSave": ("newResource", "oldResource"),
    "changeEdition": ("fromEdition", "toEdition"),
}
