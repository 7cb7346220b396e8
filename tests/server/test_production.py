"""The settings of production: nothing that Django would warn of, and health for load balancers."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.test import Client

ROOT = Path(__file__).parents[2]
PRODUCTION = {
    "SECRET_KEY": "k" * 25 + "abcdefghijklmnopqrstuvwxyz0123456789",
    "DATABASE_URL": "postgresql://kit:secret@db.example.com/kit",
    "REDIS_URL": "rediss://redis.example.com:6379/0",
    "CONNECTOR_KIT_HOST_URI": "https://connector.example.com",
    "CONNECTOR_KIT_SYSTEM_TOKEN": "abcdefghijklmnopqrstuvwxyz",
    "CONNECTOR_KIT_TRUSTED_PROXIES": "1",
    "CONNECTOR_KIT_TOKEN": "token",
    "CONNECTOR_KIT_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
}


def checked(folder: Path, **changed: str) -> subprocess.CompletedProcess[str]:
    """What ``manage.py check --deploy`` says with the settings of production."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={**kept, **PRODUCTION, "CONNECTOR_KIT_HOME": str(folder), **changed},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_gives_nothing_to_warn_of(tmp_path: Path) -> None:
    done = checked(tmp_path)

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"SECRET_KEY": "short"}, "security.W009"),
        ({"CONNECTOR_KIT_HOST_URI": "http://connector.example.com"}, "connector_kit.W222"),
        ({"CONNECTOR_KIT_HSTS": "everywhere"}, "connector_kit.E252"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_what_is_unsafe_is_said(tmp_path: Path, changed: dict[str, str], words: str) -> None:
    done = checked(tmp_path, **changed)

    assert done.returncode != 0
    assert words in done.stderr


@pytest.fixture
def public(settings: Any) -> Client:
    """A client of a server that is reached over https."""
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 3600
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    return Client()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/health", "/healthCheck", "/livez", "/readyz"])
def test_a_load_balancer_asks_for_health_without_tls(public: Client, path: str) -> None:
    assert public.get(path).status_code != 301


def test_everything_else_is_sent_to_https(public: Client) -> None:
    answer = public.get("/api/v1/connectors/")

    assert answer.status_code == 301
    assert answer["Location"].startswith("https://")


def test_what_came_to_the_balancer_by_https_is_answered(public: Client) -> None:
    answer = public.get("/api/v1/connectors/", headers={"X-Forwarded-Proto": "https"})

    assert answer.status_code == 401
    assert answer["Strict-Transport-Security"] == "max-age=3600"
