"""What docs/guide.md shows of components compiles as it is printed."""

import re
from pathlib import Path
from textwrap import dedent, indent

import pytest

import connector_kit
from connector_kit.blueprint import Connector, problems

GUIDE = (Path(__file__).parents[2] / "docs" / "guide.md").read_text()
SECTIONS = re.findall(
    r"^### (Lookup caches|Tools, APIs, and other types|Abstract flows)\n(.*?)(?=^##)",
    GUIDE,
    re.MULTILINE | re.DOTALL,
)

CLASS = """
class Shown(Connector):
    name = "Shown"
    version = "1.0.0"
    erp = Connection("ERP", type="http", http={"baseURI": "https://erp.com", "mediaType": "json"})
"""


@pytest.mark.parametrize(("title", "text"), SECTIONS, ids=[title for title, _ in SECTIONS])
def test_what_the_guide_shows_compiles(title, text):
    shown = "\n".join(map(dedent, re.findall(r"```python\n(.*?)```", text, re.DOTALL)))
    names = {name: getattr(connector_kit, name) for name in connector_kit.__all__}
    exec(CLASS + indent(shown, "    "), names)

    assert issubclass(names["Shown"], Connector)
    assert problems(names["Shown"]) == []
