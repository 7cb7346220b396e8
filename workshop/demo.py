"""The main job from end to end: publish, install in many accounts, roll out under fire, audit.

Run by ``make demo``. Leaves its verdict in ``build/demo.json``; exit code 1 when anything is wrong.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from dataclasses import field as dataclass_field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from connector_kit.adoption import AdoptionError, load_connector
from connector_kit.blueprint import compile_connector
from workshop.audit import Findings
from workshop.chaos import Killer, behave, misbehave
from workshop.derive import derive_versions, in_framework_2
from workshop.edits import edit_as_customers_do
from workshop.field import Field
from workshop.keeping import end_kept, keep
from workshop.services import ROOT, Services

HOME = ROOT / "build" / "demo"
VERDICT = ROOT / "build" / "demo.json"
EXAMPLE = ("examples.commerce.v1_0:CommerceHub", "examples.commerce.v1_1:CommerceHub")

ACCOUNTS = 25
WAVES = ("3", "30%", "rest")
FAULT_RATE = 0.08
FAULTS = ("429", "500", "503", "lost_answer", "drop")
SECONDS_BETWEEN_KILLS = 3.0
WINDOW = 6
SOURCE_SECONDS = 90
"""What a worker may take to bring the source integration of framework 2.0 to a new default."""

SETTINGS = {"CONNECTOR_KIT_CLAIM_SECONDS": "10"}
"""Workers die all the time here: what a dead one was working on is soon taken up again."""

Note = Callable[[str], None]


@dataclass
class Demo:
    """One run: the field it plays on, the two versions, the terminal it reports to."""

    services: Services
    console: Console
    versions: Sequence[str]
    started: float = dataclass_field(default_factory=time.monotonic)
    field: Field = dataclass_field(init=False)

    def run(self) -> dict[str, Any]:
        """Do all of it and return the verdict."""
        first, second = self.versions
        self._start()
        self._publish(first)
        self._install()
        self._let_customers_edit()
        self._publish(second)
        self._deploy()
        kills = self._roll_out()
        return self._judge(second, kills)

    def _start(self) -> None:
        with self._doing("Starting sandbox, Redis, web, workers and beat") as note:
            self.field = Field.start(self.services, load_connector(self.versions[0]).framework)
            note(self.services.sandbox.base_url)

    def _publish(self, target: str) -> None:
        with self._doing(f"Publishing {target}") as note:
            answer = self.field.publish(target)
            note(f"{answer['slug']} {answer['version']}, {answer['digest'][:12]}")
            if (source := answer["source_integration"]) and source["action"] != "unchanged":
                note("source integration written")

    def _install(self) -> None:
        customers = self.field.customers
        with self._doing("Granting licenses") as note:
            self.field.grant_licenses()
            note(f"{len(customers)}, one per customer")
        with self._progress() as progress:
            bar = progress.add_task("Customers install", total=len(customers))
            for _ in self.field.install_everywhere():
                progress.advance(bar)

    def _let_customers_edit(self) -> None:
        with self._doing("Some customers change what is theirs to change") as note:
            before, after = (
                compile_connector(load_connector(version)) for version in self.versions
            )
            edit_as_customers_do(self.field.customers, before, after)
            note(f"{sum(len(customer.edits) for customer in self.field.customers)} edits")

    def _deploy(self) -> None:
        """The process that holds the old version's hooks starts again."""
        with self._doing("Deploying the new version's code") as note:
            self.services.running["web"].stop()
            self.services.start_web()
            note("web restarted")

    def _roll_out(self) -> int:
        """Roll out while the platform fails and workers die; return how many died."""
        self.console.print(
            f"[cyan]→[/] Rolling out in waves of {', '.join(WAVES)}, while {FAULT_RATE:.0%} of the "
            f"platform's answers are failures and a worker is killed every "
            f"{SECONDS_BETWEEN_KILLS:g} s"
        )
        misbehave(self.services.sandbox, rate=FAULT_RATE, kinds=FAULTS)
        waves = [word for wave in WAVES for word in ("--wave", wave)]
        with Killer(self.field.workers, every=SECONDS_BETWEEN_KILLS, greeting=b" ready.") as killer:
            self.field.roll_out(*waves, "--window", str(WINDOW))
        behave(self.services.sandbox)
        return killer.kills

    def _judge(self, target: str, kills: int) -> dict[str, Any]:
        counters = self.services.sandbox.control("counters")
        with self._doing("Auditing every account over the platform's API") as note:
            findings = self.field.audit(target)
            note(f"{findings.components_found} components seen")
        faults: list[str] = []
        if load_connector(target).framework == 2:
            with self._doing("Auditing the source integration") as note:
                faults = self.field.source_faults(target, seconds=SOURCE_SECONDS)
                note("; ".join(faults) or f"it holds {load_connector(target).version}")
        return verdict(
            findings,
            source_faults=len(faults),
            accounts=len(self.field.customers),
            workers_killed=kills,
            faults_injected=counters["faults_injected"],
            requests=counters["requests"],
            rate_limited=counters["rate_limited"],
            seconds=round(time.monotonic() - self.started, 1),
        )

    @contextmanager
    def _doing(self, what: str) -> Iterator[Note]:
        """Say *what* is being done, and afterward how long it took and what the result is."""
        begun = time.monotonic()
        notes: list[str] = []
        with self.console.status(what):
            yield notes.append
        took = time.monotonic() - begun
        self.console.print(f"[green]✓[/] {what}: {', '.join(notes)} [dim]({took:.1f} s)[/]")

    def _progress(self) -> Progress:
        return Progress(
            TextColumn("[green]✓[/] {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.console,
        )


def verdict(findings: Findings, **measured: float) -> dict[str, Any]:
    """Put findings and figures together; ``ok`` is 1 when nothing at all is wrong."""
    found = asdict(findings)
    has_all = findings.is_good and findings.at_target_version == measured["accounts"]
    ok = has_all and not measured["source_faults"]
    return {"ok": int(ok), "accounts": measured.pop("accounts"), **found, **measured}


def main() -> int:
    """Run the demo as the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="source", type=Path, help="a downloaded integration")
    parser.add_argument("--keep", action="store_true", help="leave everything running")
    parser.add_argument("--stop", action="store_true", help="end what --keep left running")
    parser.add_argument("--accounts", type=int, default=ACCOUNTS)
    parser.add_argument("--framework", type=int, choices=(1, 2), default=1)
    arguments = parser.parse_args()
    console = Console(highlight=False)
    ended = end_kept(HOME)
    if arguments.stop:
        console.print(f"{ended} processes ended." if ended else "Nothing was left running.")
        return 0
    shutil.rmtree(HOME, ignore_errors=True)
    VERDICT.unlink(missing_ok=True)
    try:
        versions: Sequence[str] = EXAMPLE
        if arguments.source:
            versions = derive_versions(arguments.source, HOME)
        if arguments.framework == 2:
            versions = tuple(in_framework_2(version, HOME) for version in versions)
    except AdoptionError as error:
        print(error, file=sys.stderr)
        return 2
    services = Services(HOME, accounts=arguments.accounts, settings=SETTINGS)
    try:
        result = Demo(services, console, versions).run()
        _report(result, console)
        if arguments.keep:
            keep(services, console)
            services.running.clear()
    finally:
        services.stop()
    return 0 if result["ok"] else 1


def _report(result: dict[str, Any], console: Console) -> None:
    VERDICT.parent.mkdir(exist_ok=True)
    VERDICT.write_text(json.dumps(result, indent=2) + "\n")
    for name, value in result.items():
        console.print(f"  {name.replace('_', ' '):<22} {value}")
    word = "[bold green]Everything is as it should be.[/]"
    if not result["ok"]:
        word = f"[bold red]Something is wrong.[/] The logs are in {HOME}."
    console.print(f"{word} The figures are in {VERDICT.relative_to(ROOT)}.")


if __name__ == "__main__":
    sys.exit(main())
