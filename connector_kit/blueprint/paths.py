"""Where a value is in a document, and whether an owned path covers it."""

from collections.abc import Iterable

from connector_kit.blueprint.identity import Identity

Path = tuple[str | Identity, ...]
"""The location of a value: keys, and the identities of list items."""


def spelled(path: Path) -> str:
    """Return *path* as people read it: ``pageProcessors[new_orders].responseMapping``."""
    text = "".join(f"[{part}]" if isinstance(part, Identity) else f".{part}" for part in path)
    return text.removeprefix(".")


def is_covered(path: Path, owned: Iterable[str]) -> bool:
    """Tell whether *path* is, or is under, one of the *owned* paths.

    These name a list as a whole (``lookups``) or one item of it (``lookups[name=regions]``).
    """
    keys = ".".join(part for part in path if isinstance(part, str))
    return any(_is_under(spelled(path), owner) or _is_under(keys, owner) for owner in owned)


def _is_under(path: str, owner: str) -> bool:
    return path.startswith(owner) and path[len(owner) : len(owner) + 1] in {"", ".", "["}
