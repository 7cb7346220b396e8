"""The root of all errors that the kit raises on purpose."""

from __future__ import annotations


class ConnectorKitError(Exception):
    """Something cannot be done: *message* says why, *hint* what to do; the text is both.

    *code* is for programs and is sent on the wire; where it is empty, the class's name is enough.
    *field* is a dotted path into what was sent, when a single field is at fault. None of these
    holds a secret.
    """

    code: str = ""
    field: str | None = None

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(f"{message} {hint}" if hint else message)
        self.message = message
        self.hint = hint
