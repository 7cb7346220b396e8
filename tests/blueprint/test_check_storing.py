"""What does not fit into the kit's records is said before anything is published."""

import pytest

from connector_kit import Connection, Connector, Edition, Script, Stores, Text
from connector_kit.blueprint import problems

HTTP = {"baseURI": "https://shop.example.com", "mediaType": "json"}


def declared(class_name="Orders", **attributes):
    shown = {"name": "Orders", "version": "1.0.0", "applications": ("shop",), **attributes}
    return type(Connector)(class_name, (Connector,), shown)


def found(connector):
    return [
        (problem.attribute, problem.id[-4:], problem.message, problem.hint)
        for problem in problems(connector)
    ]


@pytest.mark.parametrize(
    ("connector", "attribute", "words"),
    [
        (declared(version="1.0.1-" + "a" * 80), None, "version has 86 characters; the limit is 64"),
        (
            declared(name="Shop to chat " * 20),
            None,
            "name has 260 characters; the limit is 200",
        ),
        (declared("Shop" + "s" * 47), None, "class's name, has 51 characters; the limit is 50"),
        (
            declared(**{"e" * 101: Edition("Big")}),
            "e" * 101,
            "edition has 101 characters; the limit is 100",
        ),
        (
            declared(**{"c" * 201: Script("Help", content="x")}),
            "c" * 201,
            "external id, has 201 characters; the limit is 200",
        ),
        (
            declared(
                stores=Stores("Shop"),
                **{"c" * 193: Connection("Shop", type="http", http=HTTP, per_store=True)},
            ),
            "c" * 193,
            "external id, has 193 characters; the limit is 192",
        ),
    ],
)
def test_what_is_longer_than_what_is_stored_is_named_with_the_longest_length(
    connector, attribute, words
):
    [(place, code, message, hint)] = found(connector)

    assert (place, code, hint) == (attribute, "E122", "Shorten it.")
    assert words in message


def test_the_longest_names_are_sound():
    sound = declared(
        "Shop" + "s" * 46, version="1.0.1-" + "a" * 58, **{"c" * 200: Script("H", content="x")}
    )
    sound.name = "n" * 200

    assert found(sound) == []


class Chatty(Connector):
    name = "Orders \ud83d"
    version = "1.0.0"
    applications = ("a\x00b",)
    basic = Edition("Basic\x00")
    shop = Connection("Shop", type="http", http={**HTTP, "ping": {"relativeURI": "/\ude00"}})

    class Settings:
        channel = Text("Channel", default="x\ud83d")
        topic = Text("Top\x00ic")


def test_what_cannot_be_stored_is_named_with_its_place_and_the_way_out():
    half, nul = "half a character", "the NUL character"

    assert {
        (place, message.split(",")[0].rstrip("."), hint)
        for place, _, message, hint in found(Chatty)
    } == {
        (None, f"name contains {half}", "Enter it again."),
        (None, f"applications[0] contains {nul}", "Remove it."),
        (None, f"editions[0].displayName contains {nul}", "Remove it."),
        ("shop", f"http.ping.relativeURI contains {half}", "Enter it again."),
        ("Settings.channel", f"default contains {half}", "Enter it again."),
        ("Settings.topic", f"field.label contains {nul}", "Remove it."),
    }
