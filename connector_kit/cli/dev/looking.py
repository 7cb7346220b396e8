"""What a declaration is right now, and what is wrong with it, each with its file and line.

Run in a process of its own, because a process that has imported a module keeps it as it was:
``python -m connector_kit.cli.dev.looking package.module ...``. Prints one line of JSON per target:
`Look`. Knows nothing of Django, so that it takes hardly longer than the import of the package.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from connector_kit.adoption.loading import LoadError, load_connector
from connector_kit.adoption.places import place_of
from connector_kit.blueprint import DeclarationError, compile_connector
from connector_kit.blueprint.slug import slug_of
from connector_kit.extension.authoring.modules import RegistrationError
from connector_kit.extension.registry import FunctionModule


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong; *line* is 0 where none can be named."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part)
        return f"{place}: {self.message}" if place else self.message


@dataclass(frozen=True)
class Look:
    """A connector as it is declared now: its digest, or the mistakes that leave it without."""

    target: str
    slug: str = ""
    name: str = ""
    version: str = ""
    framework: int = 1
    digest: str = ""
    mistakes: tuple[Mistake, ...] = ()

    @classmethod
    def read(cls, line: str) -> Look:
        """Return what a line of the output says."""
        document = json.loads(line)
        mistakes = tuple(Mistake(**mistake) for mistake in document.pop("mistakes"))
        return cls(**document, mistakes=mistakes)


def look(target: str) -> Look:
    """Load and compile the connector at *target*."""
    try:
        connector = load_connector(target)
    except LoadError as error:
        return Look(target, mistakes=(_of_import(error),))
    try:
        FunctionModule.of(connector)
        compiled = compile_connector(connector)
    except (DeclarationError, RegistrationError) as error:
        mistakes = [
            Mistake(
                *(place_of(connector, problem.attribute) or ("", 0)),
                f"{problem.message} {problem.hint}",
            )
            for problem in error.problems
        ]
        return Look(target, mistakes=tuple(mistakes))
    return Look(
        target,
        slug_of(connector),
        compiled.name,
        compiled.version,
        connector.framework,
        compiled.digest,
    )


def _of_import(error: LoadError) -> Mistake:
    """Where an import failed."""
    return Mistake(*(error.place or ("", 0)), error.problem or str(error))


def main(targets: Sequence[str]) -> None:
    """Print how each of *targets* looks."""
    for target in targets:
        print(json.dumps(asdict(look(target))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
