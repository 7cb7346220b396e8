"""Hooks, called as the platform calls them (protocol/extension.md#51-hooks-type-hook)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from connector_kit.documents import Document
from connector_kit.testing.asking import Calls
from connector_kit.testing.places import Place
from connector_kit.testing.records import Records, sample_answers

LAST_EXPORT = datetime(2026, 1, 31, 12, tzinfo=UTC)
"""When a delta export ran last, unless a test says so; it runs again an hour later."""


class HookCalls(Calls):
    """One method for each hook.

    *name* is the component that carries the hook, or the function. Records that are left out are
    the samples of the export that they come from. *more* are further options, in the platform's
    spelling; they replace what is made up. All raise `CallFailed` when the platform would get an
    error, and `NotDeclared` when *name* is not there.
    """

    def pre_save_page(
        self,
        name: str,
        /,
        records: Records | None = None,
        *,
        errors: Sequence[Document] = (),
        page: int = 0,
        since: datetime | None = None,
        **more: Any,
    ) -> Any:
        """Hand a page of an export to its preSavePage; *since* is a delta export's last run."""
        place = self._place("preSavePage", name)
        options = {
            "data": self._records_at(records, place),
            "errors": list(errors),
            "pageIndex": page,
            "preview": False,
        }
        if since is not None or place.document.get("type") == "delta":
            last = since or LAST_EXPORT
            options["lastExportDateTime"] = _written(last)
            options["currentExportDateTime"] = _written(last + timedelta(hours=1))
        return self._hook(place, options, more)

    def pre_map(self, name: str, /, records: Records | None = None, **more: Any) -> Any:
        """Hand records to an import's preMap."""
        place = self._place("preMap", name)
        return self._hook(place, {"data": self._records_at(records, place)}, more)

    def post_map(
        self,
        name: str,
        /,
        records: Records | None = None,
        mapped: Records | None = None,
        **more: Any,
    ) -> Any:
        """Hand records to an import's postMap; *mapped* are the same after mapping."""
        place = self._place("postMap", name)
        return self._hook(place, self._mapped(place, records, mapped), more)

    def post_submit(
        self,
        name: str,
        /,
        records: Records | None = None,
        mapped: Records | None = None,
        answers: Sequence[Document] | None = None,
        **more: Any,
    ) -> Any:
        """Hand records and the application's *answers* to an import's postSubmit.

        Answers that are left out are the import's ``mockResponse``, else that all was taken.
        """
        place = self._place("postSubmit", name)
        options = self._mapped(place, records, mapped)
        answered = _answers(place, len(options["postMapData"]), answers)
        return self._hook(place, {**options, "responseData": answered}, more)

    def post_response_map(
        self,
        name: str,
        /,
        records: Records | None = None,
        answers: Sequence[Document] | None = None,
        **more: Any,
    ) -> Any:
        """Hand records to a step's postResponseMap; *name* is the step's import or lookup."""
        place = self._place("postResponseMap", name)
        data = self._records_at(records, place)
        options = {
            "postResponseMapData": data,
            "responseData": _answers(place, len(data), answers),
            "oneToMany": False,
            "pathToMany": "",
        }
        return self._hook(place, options, more)

    def post_aggregate(self, name: str, /, outcome: Document | None = None, **more: Any) -> Any:
        """Tell an import's postAggregate how the upload of a file ended: well, unless told."""
        place = self._place("postAggregate", name)
        well: Document = {"success": True, "_json": {}, "code": "", "message": "", "source": ""}
        return self._hook(place, {"postAggregateData": {**well, **(outcome or {})}}, more)

    def _hook(self, place: Place, options: Document, more: Mapping[str, Any]) -> Any:
        configured = {} if place.configuration is None else {"configuration": place.configuration}
        mode = {"testMode": False} if self._framework == 2 else {}
        surroundings = {**place.ids, "settings": self._installation.settings, **configured, **mode}
        return self._ask(place.kind, place, {**surroundings, **options, **more})

    def _mapped(self, place: Place, records: Records | None, mapped: Records | None) -> Document:
        data = self._records_at(records, place)
        return {"preMapData": data, "postMapData": data if mapped is None else mapped}


def _answers(place: Place, count: int, answers: Sequence[Document] | None) -> list[Document]:
    return sample_answers(place.document, count) if answers is None else list(answers)


def _written(time: datetime) -> str:
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
