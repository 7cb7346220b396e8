"""Reading what an application answered: where the records are, and whether it went well.

The fields are those of ``http.response`` and of the legacy ``rest`` (protocol/resources.md#export).
"""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.connections.backends import BackendAnswer
from connector_kit.sandbox.http.errors import error
from connector_kit.sandbox.http.wire import Document, parse
from connector_kit.sandbox.pipeline.values import value_at

_WORST_SUCCESS = 299


def content(answer: BackendAnswer) -> Any:
    """Return the body: JSON where it is some, else the text; None when there is none."""
    if not answer.body.strip():
        return None
    try:
        return parse(answer.body)
    except ValueError:
        return answer.body.decode(errors="replace")


def failure(answer: BackendAnswer, body: Any, rules: Document) -> Document | None:
    """Return the error that an answer is, None when all is well.

    *rules* has ``successPath``, ``successValues``, ``failPath``, ``failValues``, ``errorPath``.
    """
    path = rules.get("errorPath")
    message = str((value_at(body, str(path)) if path else None) or "")
    if answer.status > _WORST_SUCCESS:
        return _error(str(answer.status), message or f"The application answered {answer.status}.")
    path = rules.get("failPath")
    if path and _is_among(value_at(body, str(path)), rules.get("failValues")):
        return _error("fail_path", message or f"{path} tells a failure.")
    path = rules.get("successPath")
    if path and not _is_among(value_at(body, str(path)), rules.get("successValues")):
        return _error("success_path", message or f"{path} does not tell a success.")
    return None


def records(body: Any, resource_path: Any) -> list[Any]:
    """Return the records of a page; a single object is one record."""
    value = value_at(body, str(resource_path)) if resource_path else body
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _is_among(value: Any, values: Any) -> bool:
    """Without values, anything that is there counts."""
    if isinstance(values, list) and values:
        return str(value) in (str(value) for value in values) or value in values
    return value not in (None, "", False, [])


def _error(code: str, message: str) -> Document:
    return {**error(code, message), "source": "application"}
