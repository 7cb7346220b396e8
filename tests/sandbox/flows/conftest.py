"""A customer whose flows run: an application that takes and gives records, a stack with hooks."""

import pytest

from tests.sandbox.flows.plant import Plant


@pytest.fixture
def plant(sandbox, customer, control, stack, application):
    return Plant(sandbox, customer, control, stack, application)
