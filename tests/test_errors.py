"""Every error that the kit raises on purpose has one root."""

from importlib import import_module
from pathlib import Path

import pytest

from connector_kit.errors import ConnectorKitError

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "connector_kit").rglob("errors.py")
    if "sandbox" not in path.parts  # a second reading of the protocol: it knows nothing of the kit
)


@pytest.mark.parametrize("name", MODULES)
def test_every_package_derives_its_errors_from_the_root(name: str) -> None:
    module = import_module(name)
    own = [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, BaseException) and thing.__module__ == name
    ]

    assert [error for error in own if not issubclass(error, ConnectorKitError)] == []


def test_the_text_of_an_error_is_what_is_wrong_and_the_way_out() -> None:
    error = ConnectorKitError("The token was revoked.", hint="Make a new one.")

    assert str(error) == "The token was revoked. Make a new one."
    assert (error.message, error.hint) == ("The token was revoked.", "Make a new one.")
    assert str(ConnectorKitError("It is gone.")) == "It is gone."
