"""What a shell offers when the tab key is pressed after ``connector-kit``."""

from __future__ import annotations

import os
from argparse import ArgumentParser

import argcomplete
from argcomplete.shell_integration import shellcode

from connector_kit.cli.utility import GROUPS, find_command

SHELLS = ("bash", "zsh", "fish")
ASKED = "_ARGCOMPLETE"
"""The variable in which the shell's hook asks; its number says how many words name the program."""


def script(shell: str, program: str) -> str:
    """Return the code with which *shell*, one of `SHELLS`, completes the words after *program*."""
    return shellcode([program], shell=shell)


def answer(program: str) -> None:
    """Answer the shell's question in the environment, and end the process.

    Only the command that is named already is imported: the shell waits for the answer.
    """
    line = os.environ["COMP_LINE"][: int(os.environ["COMP_POINT"])]
    begun = line.split()[1:]
    named = begun[0] if begun and (len(begun) > 1 or line[-1:].isspace()) else ""
    parser: ArgumentParser
    if command := find_command(named):
        os.environ[ASKED] = "2"
        parser = command.create_parser(program, named)
    else:
        parser = ArgumentParser(program)
        names = [name for summaries in GROUPS.values() for name in summaries]
        parser.add_argument("command", choices=["help", *names])
    argcomplete.autocomplete(parser, always_complete_options="long")
