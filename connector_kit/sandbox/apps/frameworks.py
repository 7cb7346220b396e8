"""Which framework a listing or an integration is of (protocol/resources.md#integration)."""

from __future__ import annotations

from connector_kit.sandbox.documents.paths import find, objects
from connector_kit.sandbox.http.wire import Document

TWO_DOT_ZERO = "twoDotZero"


def is_two_dot_zero(document: Document) -> bool:
    """Whether an integration or a connector is of framework 2.0."""
    return (
        document.get("framework") == TWO_DOT_ZERO
        or bool(document.get("installSteps"))
        or bool(document.get("uninstallSteps"))
    )


def source_of(connector: Document) -> str | None:
    """Return the id of the integration that a 2.0 connector copies for its customers."""
    own = find(connector, ("twoDotZero", "_integrationId"))
    source = own or connector.get("_integrationId")
    return source if isinstance(source, str) else None


def editions(connector: Document) -> list[Document]:
    """Return the editions of a 2.0 connector, the lowest first."""

    def order(edition: Document) -> float:
        value = edition.get("order")
        return value if isinstance(value, (int, float)) else 0

    return sorted(objects(find(connector, ("twoDotZero", "editions"))), key=order)


def edition(connector: Document, edition_id: str | None) -> Document | None:
    """Return one edition, as functions get it: ``{_id, displayName, order}`` (U19)."""
    return next(
        (document for document in editions(connector) if document.get("_id") == edition_id), None
    )


def steps(document: Document, name: str) -> list[Document]:
    """Return the steps of an integration under ``install``, ``installSteps`` and so on."""
    return [*objects(document.get(name))]
