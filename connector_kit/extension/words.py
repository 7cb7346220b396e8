"""Words for values in messages: what sort of thing they are, never what they hold."""


def sort_of(value: object) -> str:
    """Return the sort of *value*: ``nothing``, ``a dict``, ``an int``."""
    if value is None:
        return "nothing"
    word = type(value).__name__
    return f"{'an' if word[0].lower() in 'aeiou' else 'a'} {word}"
