"""``connector-kit new``: a package of one's own, made from a template."""

from __future__ import annotations

import keyword
import re
import tempfile
from io import StringIO
from pathlib import Path

from django.core.management import CommandError
from django.core.management.templates import TemplateCommand

from connector_kit.adoption import Outline, write_package
from connector_kit.errors import ConnectorKitError

TEMPLATES = {
    "simple": "two connections, a flow, and a hook",
    "commerce": "two editions, with settings that customers make",
    "wrapper": "an application that only code of one's own can reach",
    "hooks": "hooks for flows that were built by hand, without a connector",
}
"""Templates by name, each with what it shows."""

ADOPTED = "adopted"
"""What surrounds a package that an integration is turned into."""

_FOLDER = Path(__file__).parent / "templates"
_RENDERED = ("py", "md", "toml", "yml")


class CannotCreate(ConnectorKitError):
    """A project cannot be created under that name, or in that place."""

    code = "cannot_create"


class _Render(TemplateCommand):
    """Django's way to make projects; our files end in ``-tpl``, so that no tool reads them."""

    rewrite_template_suffixes = (("-tpl", ""),)


def class_name(name: str) -> str:
    """Return what the connector of the package *name* is called in Python."""
    return name.title().replace("_", "")


def place_for(name: str, parent: Path) -> Path:
    """Return the folder in *parent* for a project called *name*.

    Raises `CannotCreate` for a name that Python cannot import, and for a folder that exists.
    """
    _require_importable(name)
    folder = parent / name
    if folder.exists():
        raise CannotCreate(f"{folder} exists. Choose another name, or remove it.")
    return folder


def create(name: str, template: str, parent: Path, outline: Outline | None = None) -> Path:
    """Write a project called *name* from *template* into a new folder in *parent*; returns it.

    With the template `ADOPTED`, its package is what declares *outline*. Raises `CannotCreate`, see
    `place_for`, and AdoptionError. Nothing is left behind that is not complete.
    """
    folder = place_for(name, parent)
    words = name.replace("_", " ")
    facts = {
        "title": words[0].upper() + words[1:],
        "distribution": name.replace("_", "-"),
        "is_connector": template != "hooks",
        "is_adopted": outline is not None,
    }
    try:
        with tempfile.TemporaryDirectory(dir=parent, prefix=f".{name}-") as draft:
            made = Path(draft) / name
            made.mkdir()
            for source in (_FOLDER / "common", _FOLDER / template):
                _Render(stdout=StringIO()).handle(
                    "app",
                    name,
                    str(made),
                    template=str(source),
                    extensions=_RENDERED,
                    files=[],
                    exclude=["__pycache__"],
                    verbosity=0,
                    **facts,
                )
            if outline:
                write_package(outline, made / name)
            made.rename(folder)
    except OSError as error:
        raise CannotCreate(f"{folder} cannot be written: {error}.") from error
    except CommandError as error:
        raise CannotCreate(f"{name!r} cannot be used: {error}") from error
    return folder


def _require_importable(name: str) -> None:
    if name.isidentifier() and name.isascii() and not keyword.iskeyword(name):
        return
    nearest = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower()
    if not nearest or nearest[0].isdigit() or keyword.iskeyword(nearest):
        nearest = f"my_{nearest}".rstrip("_")
    raise CannotCreate(f"{name!r} is not a name that Python can import. Use {nearest!r}.")
