"""The guide to settings: what it shows can be declared as it stands."""

import re
from pathlib import Path
from typing import Any

import connector_kit
from connector_kit.blueprint import compile_connector, problems
from connector_kit.blueprint.settings.setting import Setting, SettingFields

PAGE = (Path(__file__).parents[3] / "docs" / "settings-pages.md").read_text()


def test_the_example_is_a_connector_without_problems() -> None:
    example = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
    made: dict[str, Any] = {}
    exec(example, made)

    assert problems(made["OrdersToChat"]) == []
    assert compile_connector(made["OrdersToChat"]).schema.by_name["channel"].was == ("room",)


def test_every_type_and_keyword_is_in_the_guide() -> None:
    handed_out = [getattr(connector_kit, name) for name in connector_kit.__all__]
    types = [item for item in handed_out if isinstance(item, type) and issubclass(item, Setting)]

    assert [type_.__name__ for type_ in types if f"`{type_.__name__}`" not in PAGE] == []
    assert [word for word in SettingFields.__annotations__ if f"`{word}" not in PAGE] == []
