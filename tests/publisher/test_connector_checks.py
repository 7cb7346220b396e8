"""``connector-kit check`` looks into the configured connectors."""

import inspect

import pytest
from django.core.checks import ERROR

from connector_kit.publisher.checks import connectors_are_sound
from tests.publisher import declared


def found(settings, target):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "connectors": target}
    return connectors_are_sound()


def test_a_sound_connector_is_passed_over(settings):
    assert found(settings, "tests.publisher.declared:OrdersToSlack") == []


def test_every_problem_of_a_declaration_is_reported_with_its_place_and_way_out(settings):
    messages = found(settings, "tests.publisher.declared:Unsound")

    assert len(messages) >= 3
    assert all(message.level == ERROR and message.hint and message.id for message in messages)
    [lonely] = [message for message in messages if message.msg.startswith("Unsound.lonely: ")]
    lines = inspect.getsource(declared).splitlines()
    [number] = [n for n, line in enumerate(lines, 1) if line.startswith("    lonely = ")]
    assert lonely.obj == f"tests/publisher/declared.py:{number}"


def test_what_is_too_long_to_be_recorded_is_reported_with_the_longest_length(settings):
    [message] = found(settings, "tests.publisher.declared:LongVersion")

    assert message.msg.startswith("LongVersion: version has 86 characters; the limit is 64")
    assert (message.level, message.id) == (ERROR, "connector_kit.E122")


@pytest.mark.parametrize("target", ["no.such.module", "tests.publisher.declared:Missing"])
def test_a_connector_that_cannot_be_loaded_is_reported(settings, target):
    [message] = found(settings, target)

    assert target in message.msg
    assert message.id == "connector_kit.E300"


def test_wrong_settings_are_left_to_their_own_check(settings):
    assert found(settings, "=") == []
