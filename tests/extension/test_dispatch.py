"""Calls that need no HTTP: checks of a host, health, trouble in the kit itself."""

import pytest

from connector_kit.extension import (
    Dispatcher,
    ErrorEntry,
    FunctionCall,
    FunctionModule,
    Health,
    Registry,
)

MODULE = FunctionModule(hooks={"one": lambda _: 1})
CALL = FunctionCall(
    connector_id="c", type="hook", function="one", options={"bearerToken": "one-time"}
)


def test_a_host_may_check_more_and_is_heard_with_the_rest() -> None:
    closed = ErrorEntry("closed", "Come back tomorrow.")

    answer = Dispatcher(
        Registry(connectors={"c": MODULE}), checks=[lambda _call: [closed]]
    ).dispatch(FunctionCall(connector_id="c", function="one"))

    assert answer.body.index(b"Function options haven't been provided.") < answer.body.index(
        b"Come back tomorrow."
    )


def test_trouble_in_finding_the_functions_is_an_answer_too() -> None:
    def lost(_connector_id: str) -> FunctionModule:
        raise ConnectionError("The database is away.")

    answer = Dispatcher(Registry(connectors=lost)).dispatch(CALL)

    assert answer.status == 422
    assert answer.body == (
        b'{"errors":[{"code":"ConnectionError","message":"The database is away."}]}'
    )


def test_a_call_never_shows_its_options() -> None:
    assert "one-time" not in repr(CALL)


@pytest.mark.parametrize(
    ("size", "limit"),
    [(None, 5_242_880), (10, 10), (10.5, 10), (0, 5_242_880), (True, 5_242_880), ("7", 5_242_880)],
)
def test_the_limit_of_an_answer_is_a_positive_number_or_the_usual_one(
    size: object, limit: int
) -> None:
    assert FunctionCall(max_response_size=size).response_limit == limit


def test_health_goes_from_starting_by_way_of_ready_to_terminating() -> None:
    health = Health()
    assert (health.livez().status, health.readyz().status) == (200, 400)

    health.ready = True
    assert (health.readyz().status, health.readyz().body) == (200, b"OK")

    health.board.end()
    assert (health.livez().status, health.readyz().body) == (503, b"Service Unavailable")
