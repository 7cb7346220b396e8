"""The files beside a connector's module: scripts, long texts, large values."""

import json
from collections import Counter
from collections.abc import Sequence

from connector_kit.documents import Json
from connector_kit.file_names import file_name

SCRIPTS, DATA = "scripts", "data"
"""The folders of a package."""


class Files:
    """Collects what is better kept in a file of its own; names never clash, whatever the case."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self._taken: set[str] = set()
        self._numbers: Counter[str] = Counter()

    def add_script(self, name: str, content: str) -> str:
        """Take in a script's JavaScript; return the file's path."""
        return self._add(SCRIPTS, file_name(name), "js", content.encode())

    def add_text(self, where: Sequence[str], content: str) -> str:
        """Take in a long text, named after *where* it stands; return the file's path."""
        return self._add(DATA, file_name(*where), "txt", content.encode())

    def add_data(self, where: Sequence[str], value: Json) -> str:
        """Take in a JSON value, named after *where* it stands; return the file's path."""
        written = json.dumps(value, indent=2, ensure_ascii=False)
        if not is_writable(written):
            written = json.dumps(value, indent=2)
        return self._add(DATA, file_name(*where), "json", f"{written}\n".encode())

    def _add(self, folder: str, name: str, ending: str, content: bytes) -> str:
        path = stem = f"{folder}/{name}.{ending}"
        while path.lower() in self._taken:
            self._numbers[stem.lower()] += 1
            path = f"{folder}/{name}_{self._numbers[stem.lower()] + 1}.{ending}"
        self._taken.add(path.lower())
        self.contents[path] = content
        return path


def is_writable(text: str) -> bool:
    """Tell whether a file can hold *text*: JSON allows half a surrogate pair, a file does not."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
