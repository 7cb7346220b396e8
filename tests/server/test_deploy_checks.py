"""``check --deploy`` says what a server that others can reach lacks, and the way out."""

import re
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core import checks

from connector_kit.checks import DEPLOYMENT, settings_are_complete

PAGE = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()
LONG = "Zk3vQ8sT1xN6wB4yD9pR2hM7"
RIGHT = {
    "secret_key": LONG * 3,
    "database_url": "postgresql://kit:secret@db.example.com/kit",
    "redis_url": "rediss://redis.example.com:6379/0",
    "host_uri": "https://connector.example.com",
    "system_tokens": LONG,
    "encryption_keys": Fernet.generate_key().decode(),
    "trusted_proxies": "1",
}


@pytest.fixture
def complaints(settings):
    """Returns the ids of what is said of the right settings with some changed."""

    def complaints(**changed):
        settings.CONNECTOR_KIT = {**RIGHT, **changed}
        return [message.id.removeprefix("connector_kit.") for message in settings_are_complete()]

    return complaints


def test_what_is_set_rightly_gives_nothing_to_say(complaints):
    assert complaints() == []


@pytest.mark.parametrize(
    ("changed", "id_"),
    [
        ({"system_tokens": ""}, "W221"),
        ({"host_uri": "http://connector.example.com", "trusted_proxies": ""}, "W222"),
        ({"encryption_keys": ""}, "W253"),
        ({"secret_key": "change-me " * 10}, "W203"),
        ({"allowed_hosts": "*"}, "W204"),
        ({"allowed_hosts": "kit.example.com,*"}, "W204"),
        ({"database_url": ""}, "W205"),
        ({"database_url": "sqlite:////data/kit.db"}, "W205"),
        ({"redis_url": ""}, "W206"),
        ({"base_url": "http://api.example.com/v1"}, "W209"),
        ({"system_tokens": "x"}, "W211"),
        ({"system_tokens": f"{LONG},secret"}, "W211"),
        ({"system_tokens": "a" * 40}, "W211"),
        ({"isolation": "0"}, "W230"),
        ({"trusted_proxies": ""}, "W254"),
        ({"license_policies": '{"standard": {"trial_days": 14}}'}, "W263"),
    ],
    ids=str,
)
def test_what_is_unsafe_is_named(complaints, changed, id_):
    assert complaints(**changed) == [id_]


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8900/v1", "http://localhost:8900", "http://[::1]:1"]
)
def test_a_sandbox_on_this_machine_may_be_asked_in_the_clear(complaints, address):
    assert complaints(base_url=address) == []


def test_no_secret_is_repeated(settings):
    settings.CONNECTOR_KIT = {**RIGHT, "system_tokens": "hunter2", "secret_key": "hunter3"}

    assert "hunter" not in str(settings_are_complete())


def test_every_warning_has_a_hint_and_stands_in_the_docs():
    documented = re.findall(r"^\| `(connector_kit\.W\d+)` \|", PAGE, re.MULTILINE)

    assert sorted(documented) == sorted(warning.id for _, warning in DEPLOYMENT)
    assert all(warning.hint for _, warning in DEPLOYMENT)


def test_django_runs_them_with_its_own():
    registered = checks.registry.registry.get_checks(include_deployment_checks=True)

    assert settings_are_complete in registered
