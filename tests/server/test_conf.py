"""Settings come from the environment, typed, and what cannot be used is said with the way out."""

import dataclasses
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import override_settings

from connector_kit import conf
from connector_kit.conf import ConnectorEntry, Settings, from_environment, kit, read


def settings_of(**environment: str) -> Settings:
    settings, problems = read(from_environment(environment))
    assert not problems
    return settings


def test_nothing_has_to_be_set() -> None:
    assert settings_of() == Settings()


USABLE = {
    "a number": ("CONNECTOR_KIT_RATE_PER_SECOND", "300", "rate_per_second", 300.0),
    "a whole number": ("CONNECTOR_KIT_RATE_SIZE", " 1000 ", "rate_size", 1000),
    "a yes": ("DEBUG", "Yes", "debug", True),
    "a no": ("DEBUG", "0", "debug", False),
    "an empty variable": ("CONNECTOR_KIT_RATE_SIZE", "", "rate_size", 100),
    "several tokens": ("CONNECTOR_KIT_SYSTEM_TOKEN", "old, new,", "system_tokens", ("old", "new")),
    "a region": ("CONNECTOR_KIT_REGION", "EU", "region", "eu"),
    "an address": (
        "CONNECTOR_KIT_BASE_URL",
        "http://127.0.0.1:8900/v1/",
        "base_url",
        "http://127.0.0.1:8900/v1",
    ),
    "a folder": ("CONNECTOR_KIT_HOME", "/srv/kit", "home", Path("/srv/kit")),
    "a folder of one's own": ("CONNECTOR_KIT_HOME", "~/kit", "home", Path.home() / "kit"),
    "connectors": (
        "CONNECTOR_KIT_CONNECTORS",
        "64a1=examples.one:One, examples.two",
        "connectors",
        (ConnectorEntry("examples.one:One", "64a1"), ConnectorEntry("examples.two")),
    ),
    "a database": ("DATABASE_URL", "postgresql://u:p@h/n", "database_url", "postgresql://u:p@h/n"),
    "a Redis with TLS": ("REDIS_URL", "rediss://:p@h:6380/1", "redis_url", "rediss://:p@h:6380/1"),
}


@pytest.mark.parametrize(("variable", "words", "name", "value"), USABLE.values(), ids=USABLE.keys())
def test_words_of_the_environment_become_values(
    variable: str, words: str, name: str, value: object
) -> None:
    assert getattr(settings_of(**{variable: words}), name) == value


UNUSABLE = {
    "a word for a number": ("CONNECTOR_KIT_RATE_SIZE", "many", "is not a whole number"),
    "half a request": ("CONNECTOR_KIT_RATE_SIZE", "1.5", "is not a whole number"),
    "nothing per second": ("CONNECTOR_KIT_RATE_PER_SECOND", "0", "is out of range"),
    "not a number": ("CONNECTOR_KIT_LEASE_SECONDS", "nan", "is out of range"),
    "beyond the token's life": ("CONNECTOR_KIT_FUNCTION_SECONDS", "901", "is out of range"),
    "maybe": ("DEBUG", "maybe", "is neither true nor false. Use 1 or 0."),
    "an unknown region": ("CONNECTOR_KIT_REGION", "asia", "is not one of na, eu."),
    "an address without http": ("CONNECTOR_KIT_HOST_URI", "kit.example.com", "is not an address"),
    "a port that is none": ("CONNECTOR_KIT_BASE_URL", "http://h:x", "is not an address"),
    "an unknown database": ("DATABASE_URL", "oracel://u:secret@h/n", "is not the address of a da"),
    "a broken database": ("DATABASE_URL", "postgresql://u:secret@h:x/n", "is not the address of"),
    "a Redis over http": ("REDIS_URL", "http://:secret@h", "is not the address of a Redis"),
    "a connector without class": ("CONNECTOR_KIT_CONNECTORS", "64a1=", "contains '64a1='"),
    "a connector without id": ("CONNECTOR_KIT_CONNECTORS", "=examples.one", "contains '=exam"),
    "one id twice": ("CONNECTOR_KIT_CONNECTORS", "a=x, a=y", "gives the same connectorId to two"),
}


@pytest.mark.parametrize(("variable", "words", "reason"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_an_unusable_value_is_named_with_the_way_out(
    variable: str, words: str, reason: str
) -> None:
    settings, [problem] = read(from_environment({variable: words}))

    assert problem.message.startswith(f"{variable} {reason}")
    assert problem.hint.endswith("See docs/settings.md.")
    assert "secret" not in problem.message
    assert settings == Settings()


def test_every_problem_has_an_id_of_its_own() -> None:
    numbers = [variable.number for variable in conf.variables().values()]

    assert len(set(numbers)) == len(dataclasses.fields(Settings))


def test_all_problems_are_reported_by_check_at_once() -> None:
    wrong = {"rate_size": "many", "region": "asia"}
    with override_settings(CONNECTOR_KIT=wrong), pytest.raises(SystemCheckError) as report:
        call_command("check")

    assert "(connector_kit.E208) CONNECTOR_KIT_REGION is not one of" in str(report.value)
    assert "(connector_kit.E213) CONNECTOR_KIT_RATE_SIZE is not a whole" in str(report.value)


def test_nothing_runs_on_an_unusable_value() -> None:
    with (
        override_settings(CONNECTOR_KIT={"rate_size": "many"}),
        pytest.raises(ImproperlyConfigured, match="CONNECTOR_KIT_RATE_SIZE is not a whole"),
    ):
        kit()


def test_a_public_server_needs_a_secret_key_of_its_own() -> None:
    public = {"host_uri": "https://kit.example.com"}
    with (
        override_settings(CONNECTOR_KIT=public),
        pytest.raises(SystemCheckError, match=r"connector_kit\.E220"),
    ):
        call_command("check")


def test_tests_may_give_values_instead_of_words() -> None:
    with override_settings(CONNECTOR_KIT={"rate_size": 7}):
        assert kit().rate_size == 7


def test_secrets_do_not_show() -> None:
    shown = repr(
        settings_of(
            SECRET_KEY="s3cret",
            CONNECTOR_KIT_TOKEN="s3cret",
            CONNECTOR_KIT_SYSTEM_TOKEN="s3cret",
            DATABASE_URL="postgresql://u:s3cret@h/n",
            REDIS_URL="redis://:s3cret@h",
        )
    )

    assert "s3cret" not in shown
    assert "rate_size=100" in shown


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({}, "https://api.integrator.io/v1"),
        ({"CONNECTOR_KIT_REGION": "eu"}, "https://api.eu.integrator.io/v1"),
        (
            {"CONNECTOR_KIT_REGION": "eu", "CONNECTOR_KIT_BASE_URL": "http://127.0.0.1:1/v1"},
            "http://127.0.0.1:1/v1",
        ),
    ],
    ids=["North America", "Europe", "a custom address goes before the region"],
)
def test_the_api_is_where_the_settings_say(environment: dict[str, str], address: str) -> None:
    assert settings_of(**environment).api_base_url == address


def test_the_pages_answer_to_this_machine_and_the_public_host() -> None:
    settings = settings_of(
        CONNECTOR_KIT_HOST_URI="https://kit.example.com", ALLOWED_HOSTS="kit.internal"
    )

    assert settings.hosts == (
        "kit.internal",
        "kit.example.com",
        "localhost",
        "127.0.0.1",
        "[::1]",
    )
