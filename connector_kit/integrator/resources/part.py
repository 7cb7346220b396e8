"""The parts of a client: one for each kind of thing at the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar, overload

from connector_kit.integrator.resources.route import Route

if TYPE_CHECKING:
    from connector_kit.integrator.client import Client

R = TypeVar("R", bound=Route)


class Part(Generic[R]):
    """The calls below *path*, created on first use: most clients need few of them."""

    def __init__(self, kind: type[R], path: str) -> None:
        self._kind = kind
        self._path = path

    def __set_name__(self, owner: type[Client], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, client: None, owner: type[Client]) -> Part[R]: ...

    @overload
    def __get__(self, client: Client, owner: type[Client]) -> R: ...

    def __get__(self, client: Client | None, owner: type[Client]) -> R | Part[R]:
        """Return the part of *client*, which keeps it."""
        if client is None:
            return self
        part = client.part(self._kind, self._path)
        client.__dict__[self._name] = part
        return part
