"""Each call as it arrives at the platform, and its answer as the caller gets it."""

import pytest

from tests.integrator.calls import CASES


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_call_is_as_the_reference_has_it(client, platform, case):
    case.check(client, platform)


def test_every_case_has_a_name_of_its_own():
    assert len({case.name for case in CASES}) == len(CASES)
