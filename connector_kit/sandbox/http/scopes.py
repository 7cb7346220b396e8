"""What a token of limited scope may do: use the documents it names, and nothing else.

protocol/http-api.md#10-iclients-templates-stacks-scripts-tokens, #one-time-tokens. The reference
names the fields of such a token and not what they allow; the sandbox lets it read and use the
documents it lists. The token of a hook that belongs to no connector may only invoke exports and
imports.
"""

from __future__ import annotations

from connector_kit.sandbox.account.tokens import Token
from connector_kit.sandbox.http.errors import forbidden

BY_IDENTIFIER = "/{apiIdentifier}"
"""A route whose document only its handler finds: see `check_use`."""
_INVOKES = {
    "POST /exports/{id}/invoke": "exports",
    "POST /imports/{id}/invoke": "imports",
}
_USES = {
    **_INVOKES,
    "GET /exports/{id}": "exports",
    "GET /imports/{id}": "imports",
    "POST /imports/{id}/map": "imports",
    "GET /connections/{id}": "connections",
    "GET /connections/{id}/ping": "connections",
    "POST /connections/{id}/ping": "connections",
    "POST /connections/{id}/test": "connections",
    "POST /connections/{id}/export": "connections",
    "POST /connections/{id}/export/pages": "connections",
    "POST /connections/{id}/import": "connections",
    "POST /connections/{id}/import/map": "connections",
    **{
        f"{method} /connections/{{id}}/proxy": "connections"
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    },
}
_ALWAYS = ("GET /tokenInfo",)


def admit(token: Token, route: str, params: dict[str, str]) -> None:
    """Raise `Refusal` 403 when *route* is beyond the scope of *token*."""
    scope = token.scope
    if scope is None or route in _ALWAYS or route == BY_IDENTIFIER:
        return
    resource = (_INVOKES if scope.every else _USES).get(route)
    if resource is None or not scope.holds(resource, params["id"]):
        raise forbidden(f"The token's scope does not include {route}.")


def check_use(token: Token, resource: str, identity: str) -> None:
    """Raise `Refusal` 403 when the document is beyond the scope of *token*."""
    if token.scope and not token.scope.holds(resource, identity):
        raise forbidden(f"The token's scope does not include the {resource} {identity}.")
