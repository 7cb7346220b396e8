"""All commands with options, examples, and exit codes, written from their parsers.

For people it is docs/commands.md, for programs that write connectors ``connector-kit --llms``.
"""

from __future__ import annotations

from argparse import SUPPRESS, Action, ArgumentParser
from collections.abc import Iterator

from connector_kit.cli.utility import GROUPS, find_command
from connector_kit.management.base import KitCommand

PROGRAM = "connector-kit"
COMMON = {"help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color"}
COMMON |= {"force_color", "skip_checks"}
HEAD = """# Commands

Every command of `connector-kit`, with its options, examples, and exit codes;
`connector-kit catalog` prints this page.

`python manage.py` runs the same commands in a checkout. `connector-kit` finds the project that you
are in: the nearest `pyproject.toml` upward with a table `[tool.connector-kit]`.

```toml
[tool.connector-kit]
connectors = ["orders_to_slack"]    # CONNECTOR_KIT_CONNECTORS
diy = []                            # CONNECTOR_KIT_DIY
settings = "connector_kit.server.settings"
```

Settings come from environment variables, then from `.env` beside that file, then from the table.
Data goes to `var/` beside it, unless `CONNECTOR_KIT_HOME` names another folder.

Before or after an action, every command takes `--verbosity N`, `--no-color`, `--force-color`,
`--traceback` (show where an error comes from), `--settings MODULE`, and `--pythonpath FOLDER`.
Exit code 2 means that the command line has a mistake, 130 that Ctrl-C ended the command.
"""


def catalog() -> str:
    """Return the commands by task, as Markdown; Django must be set up."""
    parts = [HEAD]
    for title, summaries in GROUPS.items():
        parts.append(f"## {title}\n")
        for name, summary in summaries.items():
            command = find_command(name)
            if isinstance(command, KitCommand):
                parts.append("\n".join(_lines(name, command)))
            else:
                parts.append(f"### {name}\n\n{_sentence(summary)} This is Django's command.\n")
    return "\n".join(parts)


def _lines(name: str, command: KitCommand) -> Iterator[str]:
    parser = command.create_parser(PROGRAM, name)
    yield f"### {name}\n"
    yield f"{command.help}\n"
    yield from _options(parser)
    for words, action in _actions(parser, name):
        yield f"`{words}`: {_sentence(action.description or '')}\n"
        yield from _options(action)
    yield "```text"
    yield from (line.strip() for line in command.example.strip().splitlines())
    yield "```\n"
    codes = "; ".join(f"{code}: {meaning}" for code, meaning in command.exit_codes.items())
    yield f"Exit codes: {codes}.\n"


def _actions(parser: ArgumentParser, words: str) -> Iterator[tuple[str, ArgumentParser]]:
    """Yield each action below *parser* that has no actions of its own, with its words."""
    for argument in _arguments(parser):
        if isinstance(argument.choices, dict):
            names: dict[ArgumentParser, str] = {}
            for name, inner in argument.choices.items():  # its own name comes before its aliases
                names.setdefault(inner, name)
            for inner, name in names.items():
                below = list(_actions(inner, f"{words} {name}"))
                yield from below or [(f"{words} {name}", inner)]


def _options(parser: ArgumentParser) -> Iterator[str]:
    lines = []
    for argument in _arguments(parser):
        if (
            argument.help == SUPPRESS
            or argument.dest in COMMON
            or isinstance(argument.choices, dict)
        ):
            continue
        value = "" if argument.nargs == 0 else argument.metavar or argument.dest.upper()
        if argument.choices:
            value = "|".join(map(str, argument.choices))
        written = " ".join(filter(None, [*argument.option_strings[-1:], str(value)]))
        about = (argument.help or "") % vars(argument)
        lines.append(f"* `{written}`: {' '.join(about.split())}")
    yield from [*lines, ""] if lines else ()


def _arguments(parser: ArgumentParser) -> list[Action]:
    return parser._actions  # noqa: SLF001 - argparse has no other way to ask


def _sentence(words: str) -> str:
    words = " ".join(words.split())
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith('.') else '.'}"
