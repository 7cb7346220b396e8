"""Run every benchmark: ``make bench``. Leaves the figures in ``build/bench.json``.

Measures and never judges: exit code 0 says that it ran.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from rich.console import Console

from workshop.bench.ground import prepared
from workshop.bench.report import Figures, lines, merged, write
from workshop.services import ROOT

HOME = ROOT / "build" / "bench"
FIGURES = ROOT / "build" / "bench.json"


def main() -> int:
    """Set everything up, measure section by section, write the figures down."""
    argparse.ArgumentParser(prog="python -m workshop.bench", description=__doc__).parse_args()
    console = Console(highlight=False)
    shutil.rmtree(HOME, ignore_errors=True)
    with _doing(console, "Benchmarks"):
        write(FIGURES, _measured(console))
    console.print(f"The figures are in {FIGURES.relative_to(ROOT)}, the logs in {HOME}.")
    return 0


def _measured(console: Console) -> Figures:
    figures: Figures = {}
    with ExitStack() as stack:
        with _doing(console, "Starting services, customers install the first version"):
            ground = stack.enter_context(prepared(HOME))
        from workshop.bench.sections import SECTIONS  # noqa: PLC0415  needs Django set up

        for section in SECTIONS:
            with _doing(console, section.title):
                part = section.measure(ground)
            for line in lines(part, section.aims):
                console.print(f"    {line}", soft_wrap=True)
            figures = merged(figures, part)
    return figures


@contextmanager
def _doing(console: Console, what: str) -> Iterator[None]:
    """Say that *what* begins and how long it took; lines only, so that any output will do.

    An animated display would take time from what is measured.
    """
    began = time.monotonic()
    console.print(f"[cyan]→[/] {what}")
    yield
    console.print(f"[green]✓[/] {what} [dim]({time.monotonic() - began:.1f} s)[/]")


if __name__ == "__main__":
    sys.exit(main())
