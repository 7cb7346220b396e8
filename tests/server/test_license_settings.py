"""Settings of licenses that cannot be used are said with the way out, and without the secret."""

import base64

import pytest

from connector_kit import conf

GOOD = "whsec_" + base64.b64encode(b"k" * 32).decode()


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("license_time_zone", "Mars/Olympus", "CONNECTOR_KIT_LICENSE_TIME_ZONE is not a time zone"),
        ("license_policies", '{"*": {"grace": 1}}', "Available: trial_days, grace_days"),
        ("webhook_secrets", "sesame", "24 to 64 random bytes"),
        ("webhook_secrets", "whsec_c2hvcnQ=", "24 to 64 random bytes"),
        ("webhook_secrets", f"{GOOD},whsec_###", "24 to 64 random bytes"),
        ("email_url", "mail.example.com", "EMAIL_URL is not a mail server"),
        ("email_url", "smtp://", "EMAIL_URL is not a mail server"),
    ],
)
def test_what_cannot_be_used_is_named(name, given, said):
    _, (problem,) = conf.read({name: given})

    assert said in problem.message
    assert "sesame" not in problem.message


def test_what_can_be_used_is_read_and_secrets_are_not_shown():
    settings, problems = conf.read({"webhook_secrets": f"{GOOD}, {GOOD}", "email_url": "smtp://m"})

    assert problems == ()
    assert settings.webhook_secrets == (GOOD, GOOD)
    assert GOOD not in repr(settings)
