"""A 1.0 connector's own functions, called as the platform calls them (protocol/extension.md#53)."""

from __future__ import annotations

from typing import Any

from connector_kit.documents import Document
from connector_kit.testing.asking import Calls


class ConnectorCalls(Calls):
    """Installer, uninstaller, settings and utilities that an author has written.

    Those that the kit derives from a declaration work on an account and its records; they are
    tested by installing the connector. *more* are further options, in the platform's spelling.
    """

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
