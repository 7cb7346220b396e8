"""Refusals: every error answer has the same body (protocol/http-api.md#2-errors)."""

from __future__ import annotations

from collections.abc import Sequence

from connector_kit.sandbox.http.wire import Document


class Refusal(Exception):
    """An answer that is an error: a status, and one or more of code, message and field.

    *beside* holds the fields beside ``errors``: step routes of 2.0 report what was already done.
    """

    def __init__(
        self,
        status: int,
        errors: Sequence[Document],
        headers: dict[str, str] | None = None,
        beside: Document | None = None,
    ) -> None:
        super().__init__(f"{status}: {errors}")
        self.status = status
        self.errors = list(errors)
        self.headers = headers or {}
        self.beside = beside or {}


class Dropped(Exception):
    """The connection ends here, without an answer."""


def error(code: str, message: str, field: str | None = None) -> Document:
    """One entry of ``errors``."""
    entry: Document = {"code": code, "message": message}
    return {**entry, "field": field} if field else entry


def refuse(status: int, code: str, message: str, field: str | None = None) -> Refusal:
    """A refusal with a single entry."""
    return Refusal(status, [error(code, message, field)])


def not_found(what: str) -> Refusal:
    """404: no such document or route."""
    return refuse(404, "not_found", f"There is no {what}.")


def forbidden(message: str) -> Refusal:
    """403: the token may not do this."""
    return refuse(403, "forbidden", message)


def unauthorized(message: str) -> Refusal:
    """401: no token, or one that is not (or no longer) valid."""
    return Refusal(401, [error("unauthorized", message)])


def missing_entry(field: str) -> Document:
    """The entry for a required field that is absent (protocol/platform-2026.md#17)."""
    return error("missing_required_field", f"Expected field: {field} to be present.", field)


def invalid_entry(field: str, why: str) -> Document:
    """The entry for a field that holds what it must not."""
    return error("invalid_field", f"The field {field} {why}.", field)


def invalid_reference(field: str, resource: str, identity: object) -> Refusal:
    """422: a field names a document that is not there."""
    message = f"{field} names the {resource} {identity!r}, which this account does not have."
    return refuse(422, "invalid_ref", message, field)


def impossible(message: str) -> Refusal:
    """422: not in the state that something is in."""
    return refuse(422, "invalid_operation", message)


def missing(field: str) -> Refusal:
    """422: a required field is absent."""
    return Refusal(422, [missing_entry(field)])


def invalid(field: str, why: str) -> Refusal:
    """422: a field holds what it must not."""
    return Refusal(422, [invalid_entry(field, why)])
