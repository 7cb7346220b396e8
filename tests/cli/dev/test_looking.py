"""Mistakes in a declaration are named with their file and line."""

import pytest

from connector_kit.cli.dev.looking import look

HEAD = "from connector_kit import Connection, Connector, Export\n"
CLASS = """
class Orders(Connector):
    name = "Orders"
    version = "{version}"
    description = "Orders."

    shop = Connection("Shop", type="http", http={{"baseURI": "x", "mediaType": "json"}})
    orders = Export("Orders", connection=shop, {more})
"""


@pytest.fixture
def written(tmp_path):
    """Look at a module with this text."""

    def run(text):
        file = tmp_path / "orders.py"
        file.write_text(text)
        return file, look(str(file))

    return run


def _filled(version="1.0.0", more='http={"relativeURI": "/x", "method": "GET"}'):
    return HEAD + CLASS.format(version=version, more=more)


def test_a_declaration_without_mistakes_has_a_digest_that_follows_its_content(written):
    _, first = written(_filled())
    _, second = written(_filled(more='http={"relativeURI": "/y", "method": "GET"}'))

    assert (first.slug, first.version, first.mistakes) == ("orders", "1.0.0", ())
    assert len(first.digest) == 64
    assert first.digest != second.digest


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (_filled(more="pageSize=7"), 9, "Did you mean 'page_size'?"),
        (_filled(version="one"), 3, "'one' is not a semantic version"),
        (HEAD + "def f(:\n", 2, "SyntaxError"),
        (HEAD + "\nx = 1 / 0\n", 3, "ZeroDivisionError"),
        (HEAD + "import no_such_module\n", 2, "no_such_module"),
    ],
    ids=["a field", "the class", "syntax", "an exception", "an import"],
)
def test_a_mistake_has_a_place(written, text, line, message):
    file, found = written(text)

    [mistake] = found.mistakes
    assert (mistake.file, mistake.line) == (str(file), line)
    assert message in mistake.message
