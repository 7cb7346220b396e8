"""What an operation must not record: the secrets of its installation, wherever they appear."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connector_kit.documents.redaction import Hidden, declared_secrets
from connector_kit.models import Installation, Operation, Release


def hidden_of(installation: Installation, *releases: Release | None) -> Hidden:
    """The secrets of *installation*, by what its release and *releases* declare."""
    schemas = [release.blueprint().schema for release in releases if release]
    secret = {name for schema in schemas for name in schema.secrets}
    declared = {setting.name for schema in schemas for setting in schema.settings}
    if not schemas:
        secret |= declared_secrets()
    names = Hidden(frozenset(secret), shown=frozenset(declared - secret))
    return replace(names, values=names.found_in(installation.settings))


class Veil:
    """Hides what is secret in plans, changes, notes and messages of one operation.

    Settings change while it runs; what was secret at any time stays hidden.
    """

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._values: frozenset[str] = frozenset()
        self._learn()

    def over(self, value: Any) -> Any:
        """Return *value* with the mask in place of every secret in it."""
        return self._learn().over(value)

    def _learn(self) -> Hidden:
        operation = self._operation
        installation = operation.installation
        hidden = hidden_of(installation, operation.release, installation.release)
        wanted = hidden.found_in(operation.situation.get("settings"))
        self._values |= hidden.values | wanted
        return replace(hidden, values=self._values)
