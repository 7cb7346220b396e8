"""An installed connector, and how its functions are called (protocol/http-api.md#8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connector_kit.sandbox.apps.frameworks import is_two_dot_zero
from connector_kit.sandbox.connectors.license_rules import has_expired, license_expired
from connector_kit.sandbox.connectors.license_store import License
from connector_kit.sandbox.documents import writing
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import EMPTY, Answer, Call, answer
from connector_kit.sandbox.http.errors import impossible, not_found
from connector_kit.sandbox.http.wire import Document, parse
from connector_kit.sandbox.stacks.functions import FunctionCall, unusable

GIVEN = ("bearerToken", "_integrationId", "_connectorId", "opts")
"""Options that the platform gives; a request body cannot replace them."""


@dataclass(frozen=True)
class Installation:
    """An installed connector: the customer's integration and the publisher's listing.

    A copy of an integration that is not published has no *connector*.
    """

    call: Call
    integration: Record
    connector: Record | None

    @classmethod
    def of(cls, call: Call) -> Installation:
        """Return the installation of the path; raises `Refusal` 422 when it is none."""
        installation = cls.of_copy(call)
        if installation.connector is None:
            raise impossible(f"The integration {call.id} is not an installed connector.")
        return installation

    @classmethod
    def of_copy(cls, call: Call) -> Installation:
        """Return the integration of the path, be it installed or copied."""
        access.owners_only(call)
        integration = access.readable(call)
        connector = call.store.find("connectors", integration.connector_id or "")
        return cls(call, integration, connector)

    @property
    def listing(self) -> Record:
        """The connector; raises `Refusal` 422 when there is none."""
        if self.connector is None:
            raise impossible(f"The integration {self.integration.id} has no connector.")
        return self.connector

    @property
    def license(self) -> License | None:
        """The license it uses."""
        return self.call.platform.licenses.of_installation(self.integration.id)

    async def run(
        self, kind: str, function: str, options: Document | None = None, **own: str
    ) -> Any:
        """Call a function of framework 1.0; *options* are added to what is always there (U7)."""
        license_ = self.license
        opts = (license_.fields.get("opts") if license_ else None) or {}
        added = {name: value for name, value in (options or {}).items() if name not in GIVEN}
        if function == "refreshMetadata":
            opts = {**opts, **added}
        own["_integrationId"] = self.integration.id
        return await self._call(function, {**added, **own, "opts": opts}, kind=kind)

    async def run_flat(self, target: Document, options: Document) -> Any:
        """Call a function of framework 2.0: on a stack, else in a script of the account (U8)."""
        known = {name: value for name, value in options.items() if value is not None}
        stack_id, function = target.get("_stackId"), str(target["function"])
        if target.get("_scriptId") and not stack_id:
            scripts, owner = self.call.platform.scripts, self.integration.account_id
            return await scripts.call(owner, {**target, "function": function}, known)
        if not stack_id and not (self.connector and self.connector.get("_stackId")):
            raise unusable(f"The function {function} names neither a stack nor a script.")
        return await self._call(function, known, stack_id=stack_id)

    def about(self) -> Document:
        """Return what functions of framework 2.0 get about the installation."""
        parent = self.parent()
        return {
            "resource": self.read(),
            "parentResource": parent.read() if parent else None,
            "license": self.read_license(),
            "parentLicense": parent.read_license() if parent else None,
        }

    def parent(self) -> Installation | None:
        """Return the installation that this one is a child of."""
        identity = self.integration.get("_parentId")
        record = self.call.store.get(self.integration.account_id, "integrations", str(identity))
        return Installation(self.call, record, self.connector) if record else None

    def children(self) -> list[Record]:
        """Return the integrations that are children of this one."""
        integrations = self.call.store.documents(self.integration.account_id, "integrations")
        return [
            integration
            for integration in integrations
            if integration.get("_parentId") == self.integration.id
        ]

    def read_license(self) -> Document | None:
        """Return the license as its owner reads it."""
        license_ = self.license
        if license_ is None:
            return None
        account = self.call.store.accounts[license_.account_id]
        return self.call.platform.licenses.describe(license_, account, self.call.now)

    def read(self) -> Document:
        """Return the integration as it is read now."""
        document: Document = parse(self.record().public)
        return document

    def record(self) -> Record:
        """Return the integration as it is now; raises `Refusal` 404 when it has gone."""
        record = self.call.store.get(
            self.integration.account_id, "integrations", self.integration.id
        )
        if record is None:
            raise not_found(f"integrations {self.integration.id}")
        return record

    def now(self) -> Document:
        """Return the integration's document as it is now."""
        return self.record().document

    def write(self, **fields: Any) -> None:
        """Change fields of the integration, if they change anything; None takes one away."""
        writing.change(self.call, self.record(), **fields)

    def check_license(self) -> None:
        """Raise `Refusal` 422 when the license has expired."""
        if has_expired(self.call.platform, self.integration.id):
            raise license_expired(self.integration.id)

    def check_framework(self, *, two: bool) -> None:
        """Raise `Refusal` 422 for a call that belongs to the other framework."""
        listed = self.connector.document if self.connector else {}
        if is_two_dot_zero(listed) is not two:
            word = "2.0" if not two else "1.0"
            raise impossible(f"The integration {self.integration.id} is of framework {word}.")

    async def _call(
        self, function: str, options: Document, *, kind: str | None = None, stack_id: Any = None
    ) -> Any:
        return await self.call.platform.functions.call(
            FunctionCall(
                connector_id=self.connector.id if self.connector else None,
                integration_id=self.integration.id,
                account_id=self.integration.account_id,
                type=kind,
                function=function,
                options=options,
                stack_id=str(stack_id) if stack_id else None,
            )
        )


def relay(result: Any) -> Answer:
    """Answer a function's result as it is; none is an empty body (U12)."""
    return EMPTY if result is None else answer(result)
