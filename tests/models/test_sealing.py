"""What customers keep secret is encrypted on its way into a column, and itself on its way out."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from connector_kit.embedded import new_key
from connector_kit.models import Connector, Installation
from connector_kit.models.sealing import SEALED, holds_sealed, opened, sealed, secrets_in

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab☃", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["pin", "token", "pin-s2", "channel", "s1"]), inner)
    ),
    max_leaves=12,
)


@given(JSON)
def test_what_was_sealed_opens_to_what_it_was(value):
    assert opened(sealed(value)) == value
    assert secrets_in(opened(sealed(value))) == secrets_in(value)


def test_only_secrets_are_sealed_in_settings_and_in_stores():
    settings = {"s1": {"pin": "4711", "channel": "#x"}, "pin-s1": 12, "loud": True, "token": ""}

    stored = sealed(settings)

    assert stored["s1"]["channel"] == "#x"
    assert (stored["loud"], stored["token"]) == (True, "")
    assert [*stored["s1"]["pin"], *stored["pin-s1"]] == [SEALED, SEALED]
    assert "4711" not in str(stored)
    assert sealed(stored) == stored


def test_what_no_key_opens_stays_sealed_and_is_noticed(settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "encryption_keys": (new_key(),)}
    stored = sealed({"pin": "4711", "channel": "#x"})
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "encryption_keys": (new_key(),)}

    assert opened(stored) == stored
    assert holds_sealed(opened(stored))


@pytest.mark.django_db
def test_every_way_of_writing_a_column_seals(django_assert_num_queries):
    connector = Connector.objects.create(slug="vault", name="Vault")
    rows = Installation.objects
    made = rows.create(connector=connector, integration_id="a" * 24, settings={"pin": "planted-1"})
    rows.bulk_create(
        [Installation(connector=connector, integration_id="b" * 24, settings={"pin": "planted-2"})]
    )
    made.note(retired_settings={"settings": {"pin": "planted-3"}})
    rows.filter(integration_id="b" * 24).update(retired_settings={"pin": "planted-4"})

    with connection.cursor() as cursor:
        cursor.execute("SELECT settings, retired_settings FROM connector_kit_installation")
        assert "planted" not in str(cursor.fetchall())
    with django_assert_num_queries(1):
        assert [row.settings["pin"] for row in rows.order_by("pk")] == ["planted-1", "planted-2"]
