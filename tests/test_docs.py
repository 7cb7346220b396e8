"""What the documentation shows can be typed: commands and their options exist, Python is Python.

The pages' own tests run the Python that is complete, such as tests/testing/test_testing_page.py.
"""

import ast
import re
import shlex
from pathlib import Path
from textwrap import dedent

import pytest
from django.core.management import CommandError

import connector_kit
from connector_kit.cli.utility import find_command

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:python )?manage\.py [^`]+|connector-kit [^`]+)`")
PLACEHOLDER = re.compile(r"<[\w @.]+>|(?<= )\.\.\.(?=\s|$)|…")
PROGRAM = re.compile(r"^(?:[A-Z_]+=\S+ )*(?:python )?(?:manage\.py|connector-kit) (.+)$")
END = re.compile(r" (?:#|>|<|\||&|;).*$")


def blocks(language):
    for page in PAGES:
        text = page.read_text()
        for found in BLOCK.finditer(text):
            if found[1] == language:
                line = text[: found.start()].count("\n") + 2
                yield pytest.param(found[2], id=f"{page.name}:{line}")


def commands():
    for page in PAGES:
        text = page.read_text()
        lines = [
            line.removeprefix("$ ")
            for language, block in BLOCK.findall(text)
            for line in block.replace("\\\n", " ").splitlines()
            if language == "console" and line.startswith("$ ")
        ]
        lines += [" ".join(line.split()) for line in INLINE.findall(BLOCK.sub("", text))]
        for line in lines:
            if typed := PROGRAM.match(END.sub("", PLACEHOLDER.sub("1", line))):
                yield pytest.param(typed[1], id=f"{page.name}: {typed[1]}")


@pytest.mark.parametrize("text", list(blocks("python")))
def test_python_is_python_and_imports_what_is_there(text):
    for node in ast.walk(ast.parse(dedent(text))):
        if isinstance(node, ast.ImportFrom) and node.module == "connector_kit":
            missing = {name.name for name in node.names} - set(connector_kit.__all__)
            assert not missing


@pytest.mark.parametrize("typed", list(commands()))
def test_commands_exist_with_their_options(typed):
    name, *words = shlex.split(typed)
    command = find_command(name)
    assert command, f"There is no command {name}."
    parser = command.create_parser("connector-kit", name)
    has_options = any(word.startswith("-") for word in words)

    try:
        parser.parse_args(words)
    except CommandError as error:
        # A command that is only named in a sentence leaves out what it requires.
        if has_options or "are required" not in str(error):
            raise
