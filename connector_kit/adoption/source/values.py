"""Symbolic documents as Python expressions: references as attributes, bulk in files."""

import json
from collections.abc import Iterable, Mapping

from connector_kit.adoption.source.files import Files, is_writable
from connector_kit.adoption.source.layout import Atom, Bracketed, Expression, call
from connector_kit.adoption.source.literals import literal, quoted
from connector_kit.documents import LITERAL, Document, Json, references_in, referred, resolve
from connector_kit.documents.walking import FREE_DATA_FIELDS

TEXT_HELPER, DATA_HELPER = "_text", "_data"
"""What the generated module calls its readers of files."""

_BULK = 2000
"""Characters of JSON from which a value is kept in a file."""

_DEEP = 20
"""Levels from which a value is kept in a file: Python nests brackets 200 deep, readers fewer."""

Where = tuple[str, ...]
"""The component's attribute and the keys that lead to a value: names the value's file."""


class Values:
    """Writes values for one module; knows which attributes are declared, and what was used."""

    def __init__(self, resources: Mapping[str, str], files: Files) -> None:
        self.resources = resources
        self.files = files
        self.declared: set[str] = set()
        self.used: set[str] = set()

    def kit(self, name: str) -> str:
        """Return *name*, a name of the kit that the module has to import."""
        self.used.add(name)
        return name

    def reference(self, name: str) -> Expression:
        """Return the attribute *name*, by ``Ref`` when it is not declared above."""
        if name in self.declared:
            return Atom(name)
        return call(self.kit("Ref"), [("", Atom(quoted(name)))])

    def value(self, value: Json, where: Where) -> Expression:
        """Return any symbolic value as an expression."""
        if isinstance(value, str) and len(value) > _BULK and is_writable(value):
            return self._read(TEXT_HELPER, self.files.add_text(where, value))
        if not isinstance(value, dict | list):
            return literal(value)
        name = referred(value)
        if name is not None:
            return self.reference(name)
        if _belongs_in_a_file(value, where):
            plain = resolve({"value": value}, {})["value"]
            return self._read(DATA_HELPER, self.files.add_data(where, plain))
        if isinstance(value, list):
            return self.items(self.value(item, (*where, str(n))) for n, item in enumerate(value))
        inside = value[LITERAL] if value.keys() == {LITERAL} else value
        return self._script_function(value, where) or self.members(inside, where)

    def members(self, value: Document, where: Where) -> Expression:
        """Return *value*, which is no reference and stays in the module, as a ``{...}``."""
        items = [
            (f"{quoted(key)}: ", self.value(item, (*where, key))) for key, item in value.items()
        ]
        return Bracketed("{", items, "}") if items else Atom("{}")

    def items(self, items: Iterable[Expression]) -> Expression:
        """Return a ``[...]`` of *items*."""
        listed = [("", item) for item in items]
        return Bracketed("[", listed, "]") if listed else Atom("[]")

    def script(self, name: str, content: str) -> Expression:
        """Return the content of the script *name*, which is kept in a file where it can be."""
        if not is_writable(content):
            return literal(content)
        return self._read(TEXT_HELPER, self.files.add_script(name, content))

    def _script_function(self, value: Document, where: Where) -> Expression | None:
        """Return a function of a script as ``script.function(...)``; None when it is none."""
        script = referred(value.get("_scriptId"))
        is_one = (
            value.keys() - {"configuration"} == {"function", "_scriptId"}
            and isinstance(value["function"], str)
            and isinstance(value.get("configuration", {}), dict)
            and script in self.declared
            and self.resources.get(script or "") == "scripts"
        )
        if not is_one:
            return None
        arguments: list[tuple[str, Expression]] = [("", literal(value["function"]))]
        if "configuration" in value:
            configuration = self.value(value["configuration"], (*where, "configuration"))
            arguments.append(("configuration=", configuration))
        return call(f"{script}.function", arguments)

    def _read(self, helper: str, path: str) -> Expression:
        self.used.add(helper)
        return call(helper, [("", Atom(quoted(path)))])


def _belongs_in_a_file(value: Document | list[Json], where: Where) -> bool:
    size = _size(value)
    if size <= _BULK and _depth(value) <= _DEEP:
        return False
    if references_in(value):
        return False
    if where[1] in FREE_DATA_FIELDS or _depth(value) > _DEEP:
        return True
    # A few long parts in a small frame: the frame is readable, the parts go into files.
    children = value.values() if isinstance(value, dict) else value
    bulky = sum(number for number in map(_size, children) if number > _BULK)
    return size - bulky > _BULK


def _size(value: Json) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _depth(value: Json) -> int:
    if not isinstance(value, dict | list):
        return 0
    children = value.values() if isinstance(value, dict) else value
    return 1 + max(map(_depth, children), default=0)
