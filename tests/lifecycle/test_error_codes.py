"""Under which code a failure is recorded and told to the platform."""

import pytest

from connector_kit.integrator import errors as api
from connector_kit.lifecycle.errors import Checkpoint, code_of


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Checkpoint(1, 2), "checkpoint"),
        (api.Unauthorized("wrong", code="unauthorized"), "token_refused"),
        (api.RateLimited("slow down", code="rate_limit_exceeded"), "rate_limited"),
        (api.Unavailable("down", status=503, code="internal_error"), "platform_unavailable"),
        (api.OutcomeUnknown("lost"), "outcome_unknown"),
        (api.Forbidden("no", status=402, code="entitlement_reached"), "entitlement_reached"),
        (api.Forbidden("no", status=403), "forbidden"),
        (api.Refused("no", status=422, code="resource_in_use"), "resource_in_use"),
        (api.Refused("no", status=422), "Refused"),
        (KeyError("a bug"), "KeyError"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_a_failure_has_the_code_that_tells_what_to_do(error, code):
    assert code_of(error) == code
