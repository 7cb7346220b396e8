"""Secrets are known by the names they have, in documents, settings and addresses."""

import pytest

from connector_kit.documents import MASK
from connector_kit.documents.redaction import Hidden, is_secret_key, redacted, redacted_at

SECRETS = (
    "password passwd pwd pass passcode passphrase api_password smtpPass DB_PWD pin door_pin "
    "doorPin pin_code secret client_secret clientSecret token api_token accessToken refresh "
    "refresh_token api_key apiKey apikey x-api-key private_key privateKey signing_key "
    "encryption_key signature credentials authorization password2 otp jwt bearer encrypted "
    "key cookie"
)
OPEN = (
    "name channel shipping pinned spinning passenger compass tokenURI tokenLocation "
    "signatureMethod refreshOptions keyboard keyColumn maxOutputTokens path bypass author"
)


@pytest.mark.parametrize("name", SECRETS.split())
def test_a_name_that_says_so_is_a_secrets(name):
    assert is_secret_key(name)


@pytest.mark.parametrize("name", OPEN.split())
def test_a_name_that_only_looks_like_it_is_not(name):
    assert not is_secret_key(name)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://ann:sesame@shop.example.com/x", f"https://ann:{MASK}@shop.example.com/x"),
        ("https://:sesame@shop.example.com", f"https://:{MASK}@shop.example.com"),
        ("redis://u:a:b@h/0 and ftp://x:y@z", f"redis://u:{MASK}@h/0 and ftp://x:{MASK}@z"),
        ("https://h/?api_key=sesame&page=2", f"https://h/?api_key={MASK}&page=2"),
        ("https://h:8080/a@b", "https://h:8080/a@b"),
        ("https://h/?token={{connection.http.encrypted.token}}&x=1", None),
        ("/orders?page=2&api_key=sesame", f"/orders?page=2&api_key={MASK}"),
        ("mail ann@example.com: urgent", None),
    ],
)
def test_of_an_address_the_password_is_masked(text, shown):
    assert redacted({"base_url": text}) == {"base_url": shown or text}


def test_yes_and_no_are_never_secrets():
    assert redacted({"refresh": True, "pin": 4711}) == {"refresh": True, "pin": MASK}


def test_a_change_shows_no_secret_by_its_path():
    assert redacted_at("http.headers[name=pin].value", "4711") == MASK
    assert redacted_at("http.encrypted.x", "4711") == MASK


def test_what_is_hidden_shows_in_no_record_and_no_message():
    hidden = Hidden(names=frozenset({"door"}), values=frozenset({"sesame", "17"}))
    page = "settings.sections[title=Door].fields[name=door].value"
    record = [
        {"path": page, "before": "older", "after": "sesame", "settled": None},
        {"path": "http.body", "before": "{}", "after": '{"door": "sesame"}', "settled": None},
        {"setting": "door", "before": "older", "after": None, "reason": "17 is too short"},
        {"values": {"s1": {"door-s1": 17, "loud": True}}, "count": 17},
    ]

    assert hidden.over(record) == [
        {"path": page, "before": MASK, "after": MASK, "settled": None},
        {"path": "http.body", "before": "{}", "after": f'{{"door": "{MASK}"}}', "settled": None},
        {"setting": "door", "before": MASK, "after": None, "reason": "17 is too short"},
        {"values": {"s1": {"door-s1": MASK, "loud": True}}, "count": MASK},
    ]
