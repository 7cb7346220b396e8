"""Plain values as Python literals."""

from connector_kit.adoption.source.layout import Atom, Expression, Paragraph

_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def literal(value: str | float | None) -> Expression:
    """Return a string, number, truth value or None as an expression that reads back exactly."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        return Atom(repr(value).replace("e+", "e"))
    return Atom(repr(value))


def quoted(text: str) -> str:
    """Return *text* as a string literal on one line, in the quotes that need fewer escapes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return f"{quote}{''.join(_escaped(character, quote) for character in text)}{quote}"


def _text(value: str) -> Expression:
    lines = [f"{part}\n" for part in value.split("\n")]
    lines[-1] = lines[-1][:-1]
    written = [quoted(line) for line in lines if line]
    return Paragraph(quoted(value), written) if len(written) > 1 else Atom(quoted(value))


def _escaped(character: str, quote: str) -> str:
    if character == quote:
        return f"\\{quote}"
    if character.isprintable():
        return _ESCAPES.get(character, character)
    return _ESCAPES.get(character) or character.encode("unicode_escape").decode("ascii")
