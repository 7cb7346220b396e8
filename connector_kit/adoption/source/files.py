"""The files beside a connector's module: scripts, long texts, large values."""

import json
import re

from connector_kit.blueprint import Json


class Files:
    """Collects what is better kept in a file of its own; names never clash, whatever the case."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self._taken: set[str] = set()

    def add_script(self, name: str, content: str) -> str:
        """Take in a script's JavaScript; return the file's path."""
        return self._add(f"scripts/{name}", "js", content.encode())

    def add_text(self, name: str, content: str) -> str:
        """Take in a long text; return the file's path."""
        return self._add(f"data/{name}", "txt", content.encode())

    def add_data(self, name: str, value: Json) -> str:
        """Take in a JSON value; return the file's path."""
        return self._add(f"data/{name}", "json", _readable(value))

    def _add(self, stem: str, ending: str, content: bytes) -> str:
        stem = re.sub(r"[^\w./-]+", "_", stem)[:100]
        path, number = f"{stem}.{ending}", 1
        while path.casefold() in self._taken:
            number += 1
            path = f"{stem}_{number}.{ending}"
        self._taken.add(path.casefold())
        self.contents[path] = content
        return path


def is_writable(text: str) -> bool:
    """Tell whether *text* can stand in a file: half a surrogate pair, which JSON allows, cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _readable(value: Json) -> bytes:
    written = json.dumps(value, indent=2, ensure_ascii=False)
    if not is_writable(written):
        written = json.dumps(value, indent=2)
    return f"{written}\n".encode()
