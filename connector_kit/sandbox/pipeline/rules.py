"""Filters and transforms of records, by expression or by script.

An export's records go through ``filter`` and ``transform``, those that enter a lookup through
``inputFilter``, an import's through ``filter`` and ``transform`` (protocol/resources.md#export).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from connector_kit.sandbox.documents.paths import find
from connector_kit.sandbox.http.errors import Refusal
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.pipeline.context import RunContext
from connector_kit.sandbox.pipeline.expressions import Scope, holds
from connector_kit.sandbox.pipeline.lookups import RecordFailed
from connector_kit.sandbox.pipeline.transforms import transform_of

AT_ONCE = 50
"""Records after which others get their turn."""
_EXPRESSIONS = (("rules",), ("expression", "rules"), ("expression", "rulesTwoDotZero"))


@dataclass(frozen=True)
class Failed:
    """A record that could not be judged or changed."""

    record: Any
    error: Document


@dataclass(frozen=True)
class Rule:
    """One filter or transform of a document; *source* is where its errors are said to be from."""

    run: RunContext
    document: Document = field(repr=False)
    name: str
    source: str
    context: Document = field(default_factory=dict)

    @property
    def definition(self) -> Document:
        """The rule as the document has it."""
        definition = self.document.get(self.name)
        return definition if isinstance(definition, dict) else {}

    @property
    def script(self) -> Document | None:
        """The script that is the rule, None when an expression is."""
        script = self.definition.get("script")
        if not isinstance(script, dict) or not script.get("function"):
            return None
        has_expression = any(find(self.definition, path) for path in _EXPRESSIONS)
        return script if self.definition.get("type") == "script" or not has_expression else None

    async def passes(self, records: list[Any]) -> list[bool | Failed]:
        """Return for each record whether it continues."""
        rules = find(self.definition, ("expression", "rules")) or self.definition.get("rules")
        if self.script is None and not rules:
            return [True] * len(records)
        if self.script is not None:
            return [
                item if isinstance(item, Failed) else bool(item)
                for item in await self._run_script(self.script, records)
            ]
        settings, context = self.run.scope(self.document), self.context
        return await self._each(
            records, lambda record: holds(rules, Scope(record, settings, context))
        )

    async def transform(self, records: list[Any]) -> list[Any]:
        """Return for each record what it becomes, or a `Failed`."""
        if self.script is not None:
            return await self._run_script(self.script, records)
        context = self.run.context(self.document)
        transform = transform_of(self.definition, context, self.run.cached)
        return records if transform is None else await self._each(records, transform)

    async def _each(self, records: list[Any], do: Any) -> list[Any]:
        made: list[Any] = []
        for number, record in enumerate(records):
            if number and number % AT_ONCE == 0:
                await asyncio.sleep(0)
            try:
                made.append(do(record))
            except RecordFailed as failed:
                made.append(Failed(record, {**failed.error, "source": self.source}))
        return made

    async def _run_script(self, script: Document, records: list[Any]) -> list[Any]:
        """Run a script's function once for each record."""
        settings = self.run.settings(self.document)
        options = [{"record": record, "settings": settings} for record in records]
        answers = await self.run.platform.scripts.call_each(self.run.account_id, script, options)
        return [
            Failed(record, {**answer.errors[0], "source": self.source})
            if isinstance(answer, Refusal)
            else answer
            for record, answer in zip(records, answers, strict=True)
        ]
