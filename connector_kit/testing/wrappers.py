"""Wrappers, called as the platform calls them (protocol/extension.md#52-wrappers-type-wrapper)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connector_kit.documents import Document
from connector_kit.extension.errors import ErrorEntry
from connector_kit.testing.asking import Calls
from connector_kit.testing.failures import CallFailed
from connector_kit.testing.places import Place
from connector_kit.testing.records import Records

MOST_ANSWERS = 5
"""Same answers in a row after which the platform makes no further call."""

MOST_PAGES = 1000
"""Pages after which an export counts as one that has no end."""


@dataclass(frozen=True)
class Exported:
    """All pages of an export, in the order in which they arrived."""

    pages: tuple[Document, ...]

    @property
    def data(self) -> Records:
        """The records of all pages."""
        return [record for page in self.pages for record in page.get("data") or ()]

    @property
    def errors(self) -> list[Document]:
        """The errors of all pages."""
        return [error for page in self.pages for error in page.get("errors") or ()]

    @property
    def is_offline(self) -> bool:
        """Whether the export ended since it took its connection offline."""
        return self.pages[-1].get("connectionOffline") is True

    @property
    def state(self) -> Any:
        """What the last page would hand to a next one."""
        return self.pages[-1].get("state")


class WrapperCalls(Calls):
    """One method for each wrapper.

    *name* is the component (a ping's connection, an export, an import), or the function. The
    connection's values are those declared, and those that the installation's ``connections`` hold.
    *more* are further options, in the platform's spelling. All raise `CallFailed` and `NotDeclared`
    as hooks do.
    """

    def ping(self, name: str, /, **more: Any) -> Any:
        """Ask whether a connection works."""
        place = self._place("ping", name)
        return self._wrapper(place, {}, more)

    def export(
        self,
        name: str,
        /,
        *,
        since: datetime | None = None,
        limit: int | None = None,
        most_pages: int = MOST_PAGES,
        **more: Any,
    ) -> Exported:
        """Run an export to its end: each call gets the state that the one before returned.

        *since* makes it a delta export, *limit* a test run; ``state=`` is for the first call.
        Raises `CallFailed` ``endless_export`` when it repeats itself more often than the platform
        allows, or after *most_pages*.
        """
        place = self._place("export", name)
        options = _wanted(place.document, since, limit)
        pages: list[Document] = []
        for page in self._pages(place, options, more):
            pages.append(page)
            last = pages[-MOST_ANSWERS - 1 :]
            is_stuck = len(last) > MOST_ANSWERS and all(same == page for same in last)
            if is_stuck or len(pages) > most_pages:
                message = f"{place.function} has returned {len(pages)}{_NO_END}"
                raise CallFailed(422, [ErrorEntry("endless_export", message)])
        return Exported(tuple(pages))

    def import_(
        self,
        name: str,
        /,
        records: Records | None = None,
        mapped: Records | None = None,
        **more: Any,
    ) -> Any:
        """Hand records to an import; *mapped* are the same after mapping."""
        place = self._place("import", name)
        data = self._records_at(records, place)
        options = {"preMapData": data, "postMapData": data if mapped is None else mapped}
        return self._wrapper(place, options, more)

    def _pages(
        self, place: Place, options: Document, more: Mapping[str, Any]
    ) -> Iterator[Document]:
        is_single = any(name in options or name in more for name in ("test", "data"))
        state = more.get("state")
        rest = {name: value for name, value in more.items() if name != "state"}
        while True:
            kept = {} if state is None else {"state": state}
            page = self._wrapper(place, {**options, **kept}, rest)
            if not isinstance(page, dict):
                message = f"{place.function}{_NO_PAGE}"
                raise CallFailed(422, [ErrorEntry("invalid_extension_response", message)])
            yield page
            if is_single or page.get("lastPage") is True or page.get("connectionOffline") is True:
                return
            state = page.get("state")

    def _wrapper(self, place: Place, options: Document, more: Mapping[str, Any]) -> Any:
        document = self._declared.connection_of(place) if self._declared else {}
        wrapper = document.get("wrapper")
        declared = wrapper if isinstance(wrapper, dict) else {}
        entered = self._installation.connections.get(place.connection or place.function, {})
        connection: Document = {"_id": document["_id"]} if "_id" in document else {}
        for part in ("encrypted", "unencrypted"):
            connection[part] = {**(declared.get(part) or {}), **(entered.get(part) or {})}
        # A wrapper gets its whole connection, so there is no id to name it by.
        ids = {option: item for option, item in place.ids.items() if option != "_connectionId"}
        surroundings: Document = {"connection": connection, **ids}
        if place.kind != "ping":
            surroundings["settings"] = self._installation.settings
            if place.configuration is not None:
                surroundings["configuration"] = place.configuration
        return self._ask(place.kind, place, {**surroundings, **options, **more})


def _wanted(export: Document, since: datetime | None, limit: int | None) -> Document:
    """Return the options that say which records of *export* are wanted."""
    if limit is not None:
        return {"type": "test", "test": {"limit": limit}}
    if since is None:
        return {"type": "once", "once": export["once"]} if export.get("type") == "once" else {}
    time = since if since.tzinfo else since.replace(tzinfo=UTC)
    delta: Document = {"lastExecutionTime": int(time.timestamp() * 1000)}
    declared = export.get("delta")
    if isinstance(declared, dict) and "dateField" in declared:
        delta["dateField"] = declared["dateField"]
    return {"type": "delta", "delta": delta}


_NO_END = (
    " pages, and still neither lastPage nor a state that leads to another page. The platform would "
    "give up without saying so."
)
_NO_PAGE = ' has returned no page. Return {"data": [...], "lastPage": true}.'
