"""Plain values as Python literals."""

from connector_kit.adoption.source.layout import Atom, Expression, Paragraph

_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def literal(value: str | float | None) -> Expression:
    """Return a string, number, truth value or None as an expression that reads back exactly."""
    if isinstance(value, str):
        lines = [f"{part}\n" for part in value.split("\n")]
        lines[-1] = lines[-1][:-1]
        written = [quoted(line) for line in lines if line]
        return Paragraph(quoted(value), written) if len(written) > 1 else Atom(quoted(value))
    if isinstance(value, float):
        return Atom(repr(value).replace("e+", "e"))
    return Atom(repr(value))


def quoted(text: str) -> str:
    """Return *text* as a string literal on one line, in the quotes that need fewer escapes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    escapes = {**_ESCAPES, quote: f"\\{quote}"}
    written = (
        escapes.get(character)
        or (character if character.isprintable() else character.encode("unicode_escape").decode())
        for character in text
    )
    return f"{quote}{''.join(written)}{quote}"
