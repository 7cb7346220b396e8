"""The API over real HTTP, asked with tokens of every kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from django.core.cache import cache

from connector_kit.publisher.actions import THE_KIT
from connector_kit.publisher.roles import SCOPES, Role
from connector_kit.publisher.staff import set_role
from connector_kit.publisher.tokens import create_token


class Api:
    """A program with a token, or without one."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url = url
        self._session = requests.Session()
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, body: Any = None, **request: Any) -> requests.Response:
        """Send a request below ``/api/v1/``."""
        return self._session.request(
            method, f"{self.url}/api/v1/{path}", json=body, timeout=30, **request
        )

    def get(self, path: str, **query: Any) -> Any:
        """Read something that is there."""
        answer = self.ask("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, *, expect: int = 200) -> Any:
        """Send something that is accepted."""
        answer = self.ask("POST", path, {} if body is None else body)
        assert answer.status_code == expect, answer.text
        return answer.json()

    @property
    def headers(self) -> dict[str, str]:
        """What says who asks."""
        return {"Authorization": str(self._session.headers["Authorization"])}

    def close(self) -> None:
        self._session.close()


def token_of(name: str, role: Role, scopes: Any = None) -> str:
    """A token of a user who is called and is what is said."""
    set_role(name, role, by=THE_KIT)
    wanted = SCOPES[role] if scopes is None else scopes
    return create_token(name, "tests", sorted(wanted), days=1, by=THE_KIT).text


@pytest.fixture
def client_of(live_server: Any) -> Iterator[Callable[[str | None], Api]]:
    """Makes programs that use a given token."""
    made: list[Api] = []

    def client_of(token: str | None) -> Api:
        made.append(Api(live_server.url, token))
        return made[-1]

    cache.clear()
    yield client_of
    for item in made:
        item.close()


@pytest.fixture
def as_role(client_of: Any) -> Callable[..., Api]:
    """Makes programs of a user with a given role."""

    def as_role(role: Role, scopes: Any = None) -> Api:
        return client_of(token_of(f"{role}-of-the-tests", role, scopes))

    return as_role


@pytest.fixture
def api(as_role: Any) -> Api:
    """A program that may do everything."""
    return as_role(Role.ADMIN)
