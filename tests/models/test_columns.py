"""Columns hold what no store refuses, and refuse themselves what is too long for them."""

import json

import pytest
from django.apps import apps
from django.db import connection, models

from connector_kit.models import Connector, Installation, Operation, columns
from connector_kit.storable import Unstorable
from tests.rollouts.databases import KINDS, serving

ODD = "Our \ud83d orders\x00"
SHOWN = "Our � orders␀"
ID = "1" * 24


@pytest.fixture(scope="module", params=KINDS)
def database(request, tmp_path_factory, django_db_setup, django_db_blocker):
    kind = KINDS[request.param]
    with (
        django_db_blocker.unblock(),
        kind(tmp_path_factory.mktemp(request.param)) as configured,
        serving(configured),
    ):
        yield


@pytest.fixture
def connector(database) -> Connector:
    Connector.objects.all().delete()
    return Connector.objects.create(slug="orders", name="Orders", class_path="x:Orders")


@pytest.fixture
def installation(connector) -> Installation:
    return Installation.objects.create(connector=connector, integration_id=ID)


def stored(installation) -> Installation:
    return Installation.objects.get(pk=installation.pk)


def test_every_text_and_every_json_of_the_kit_is_in_such_a_column():
    plain = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("connector_kit").get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
        and type(field).__module__ != columns.__name__
    ]
    assert plain == []


def test_every_way_of_writing_shows_what_cannot_be_stored(installation):
    ways = [
        lambda: installation.note(name=ODD, opts={ODD: [ODD]}),
        lambda: Installation.objects.filter(pk=installation.pk).update(name=ODD, opts={ODD: [ODD]}),
        lambda: Installation.objects.bulk_update(
            [Installation(pk=installation.pk, name=ODD, opts={ODD: [ODD]})], ["name", "opts"]
        ),
    ]
    for write in ways:
        Installation.objects.filter(pk=installation.pk).update(name="", opts={})
        write()

        assert (stored(installation).name, stored(installation).opts) == (SHOWN, {SHOWN: [SHOWN]})


def test_what_was_written_is_found_by_what_it_was(installation):
    installation.note(name=ODD, opts={"connectorEdition": ODD})

    assert Installation.objects.filter(name=ODD).exists()
    assert Installation.objects.filter(name__icontains="\ud83d orders\x00").exists()
    assert Installation.objects.filter(name__istartswith="our \ud83d").exists()
    assert Installation.objects.filter(searched__contains="\ud83d orders\x00").exists()
    assert Installation.objects.filter(opts__connectorEdition=ODD).exists()


def test_numbers_without_end_are_written_as_text(installation):
    installation.note(settings={"a": float("nan"), "b": float("-inf"), "c": 10**5000})

    assert stored(installation).settings == {
        "a": "nan",
        "b": "-inf",
        "c": "(an integer of about 5001 digits)",
    }


def test_words_for_people_are_cut_and_show_it(installation):
    installation.note(name="n" * 400, tag="🏷" * 301)
    Operation.objects.create(installation=installation, kind="update", code="c" * 101)

    assert stored(installation).name == "n" * 299 + "…"
    assert stored(installation).tag == "🏷" * 299 + "…"
    assert installation.operations.get().code == "c" * 99 + "…"


def test_names_and_ids_that_are_too_long_are_refused_alike_on_every_database(connector):
    with pytest.raises(Unstorable, match=r"Connector\.name has 201 characters; the limit is 200"):
        Connector.objects.filter(pk=connector.pk).update(name="n" * 201)
    with pytest.raises(Unstorable, match=r"Installation\.integration_id"):
        Installation.objects.create(connector=connector, integration_id="1" * 25)

    assert not Installation.objects.filter(integration_id="1" * 25).exists()


def test_what_older_code_wrote_is_read_as_what_can_be_written(installation):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL never held it")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE connector_kit_installation SET settings = %s", [json.dumps({"channel": ODD})]
        )

    assert stored(installation).settings == {"channel": SHOWN}
