"""Walk the first hour as a user does: from the wheel, in a fresh environment, outside a checkout.

``python -m workshop.first_hour`` counts commands and seconds until a record has passed through a
function of the author's own, until its second version is everywhere, and until that is rolled back;
then it tries the other templates, and a Django project of one's own. It exits with 1 when something
fails or takes too long.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.table import Table

from workshop.wheel import build_wheel

MOST_COMMANDS = 6
MOST_SECONDS = {"first record": 300, "second version": 600, "rolled back": 600}
PATIENCE = 120.0
"""Seconds to wait for one thing that 'dev' says."""

NAME = "orders_to_slack"
VERDICT = Path("build/first-hour.json")


@dataclass
class Hour:
    """What has been done in the fresh environment at *bin*, and what it took."""

    folder: Path
    env: Mapping[str, str]
    console: Console
    began: float = field(default_factory=time.monotonic)
    commands: int = 0
    marks: dict[str, dict[str, float]] = field(default_factory=dict)
    templates: dict[str, float] = field(default_factory=dict)

    def run(self, line: str, folder: Path, **more: str) -> str:
        """Type one command; returns what it printed. Raises RuntimeError if it fails."""
        self.commands += 1
        began = time.monotonic()
        done = subprocess.run(
            shlex.split(line),
            cwd=folder,
            env={**self.env, **more},
            capture_output=True,
            text=True,
            check=False,
        )
        self.console.print(f"  $ {line}  ({time.monotonic() - began:.1f} s)", markup=False)
        if done.returncode:
            raise RuntimeError(f"{line}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def mark(self, name: str) -> None:
        """Note that *name* has been reached."""
        seconds = round(time.monotonic() - self.began, 1)
        self.marks[name] = {"commands": self.commands, "seconds": seconds}
        self.console.print(f"  {name}: {self.commands} commands, {seconds:.0f} s", style="green")

    @property
    def excess(self) -> list[str]:
        """What took more than it may."""
        first = self.marks["first record"]["commands"]
        late = [
            f"{name} took {self.marks[name]['seconds']:.0f} s; the limit is {limit} s."
            for name, limit in MOST_SECONDS.items()
            if self.marks[name]["seconds"] > limit
        ]
        much = [f"The first record took {first:.0f} commands; the limit is {MOST_COMMANDS}."]
        return late + (much if first > MOST_COMMANDS else [])


@dataclass
class Dev:
    """A ``dev`` that runs in another terminal and prints JSON."""

    process: subprocess.Popen[str]
    log: Path

    def wait_for(self, event: str, after: int = 0) -> tuple[dict[str, Any], int]:
        """Return the next *event* from line *after* on, and the line after it."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for number, line in enumerate(self.log.read_text().splitlines()[after:], after + 1):
                document = json.loads(line) if line.startswith("{") else {}
                if document.get("event") == event:
                    return document, number
                if document.get("event") in {"mistake", "failed", "ended"}:
                    raise RuntimeError(document["message"])
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"'dev' did not say {event!r}:\n{self.log.read_text()[-3000:]}")


def walk(folder: Path, console: Console) -> Hour:
    """Walk through all of it below *folder*; raises RuntimeError at what fails."""
    console.print("Building the wheel ...")
    wheel = build_wheel(folder / "wheel")
    home = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    env = {name: value for name, value in os.environ.items() if _is_neutral(name)}
    env["PATH"] = f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    hour = Hour(folder, env, console)
    console.print("The first hour")
    hour.run(f"pip install --quiet '{wheel}[sandbox,testing]'", folder)
    _first_connector(hour)
    console.print("The other templates")
    for template in ("commerce", "wrapper", "hooks"):
        began = time.monotonic()
        _other(hour, template)
        hour.templates[template] = round(time.monotonic() - began, 1)
    console.print("A Django project")
    _django_project(hour)
    return hour


def _first_connector(hour: Hour) -> None:
    hour.run(f"connector-kit new {NAME}", hour.folder)
    project = hour.folder / NAME
    hour.run("connector-kit test -q", project)
    with _developing(hour, project) as dev:
        _, line = dev.wait_for("ready")
        ran = json.loads(hour.run(f"connector-kit dev run {NAME} --json", project))
        _expect(ran["successes"] > 0 and not ran["errors"], f"no record has moved: {ran}")
        hour.mark("first record")

        _write_second_version(project)
        pushed, line = dev.wait_for("pushed", line)
        _expect(pushed["state"] == "completed", pushed["message"])
        again = json.loads(hour.run(f"connector-kit dev run {NAME} --json", project))
        sent = _messages(project)
        _expect(again["successes"] > 0, f"no record has moved: {again}")
        _expect(any("paid: " in text for text in sent), f"the new function did not answer: {sent}")
        hour.mark("second version")

        environment = _environment(project / "var" / "dev" / "environment")
        hour.run("connector-kit rollout rollback --yes --watch", project, **environment)
        listed = hour.run("connector-kit installbase list --json", project, **environment)
        versions = {row["version"] for row in json.loads(listed)["installations"]}
        _expect(versions == {"1.0.0-dev.1"}, f"not rolled back: {versions}")
        hour.mark("rolled back")


def _write_second_version(project: Path) -> None:
    """Change the function, the declaration, and the version, as an author would."""
    hooks, connector = project / NAME / "hooks.py", project / NAME / "connector.py"
    kept = '[order for order in options.data if order["status"] == "paid"]'
    marked = '[{**order, "number": f"paid: {order[\'number\']}"} for order in options.data]'
    hooks.write_text(_replaced(hooks.read_text(), kept, marked))
    text = _replaced(connector.read_text(), 'version = "1.0.0"', 'version = "1.1.0"')
    connector.write_text(_replaced(text, "*/15 * ? * *", "*/5 * ? * *"))


def _other(hour: Hour, template: str) -> None:
    name = f"of_{template}"
    hour.run(f"connector-kit new {name} --template {template}", hour.folder)
    project = hour.folder / name
    if template == "hooks":  # without a connector, there is nothing to install
        hour.run("connector-kit test -q", project)
        return
    said = hour.run("connector-kit dev --once --json", project).splitlines()
    ran = [event for event in map(json.loads, said) if event.get("event") == "ran"]
    _expect(bool(ran), f"{template}: no flow has run:\n{said}")
    _expect(all(not event["errors"] for event in ran), f"{template}: {ran}")


def _django_project(hour: Hour) -> None:
    """Take the kit into what ``startproject`` makes, as docs/django.md says."""
    hour.run("django-admin startproject mysite", hour.folder)
    project = hour.folder / "mysite"
    settings, urls = project / "mysite" / "settings.py", project / "mysite" / "urls.py"
    made = settings.read_text()

    settings.write_text(f'{made}\nINSTALLED_APPS += ["connector_kit", "settings_ui"]\n')
    try:
        hour.run("python manage.py check", project)
    except RuntimeError as refused:
        last = str(refused).splitlines()[-1]
        _expect("join(globals())" in last, f"the apps alone are not explained: {last}")
    else:
        raise RuntimeError("the apps alone are not refused")

    settings.write_text(
        f"{made}\nfrom connector_kit.server.joining import join\n\njoin(globals())\n"
    )
    urls.write_text(
        "from django.urls import include, path\n\n"
        'urlpatterns = [path("", include("connector_kit.server.urls"))]\n'
    )
    hour.run("python manage.py migrate --verbosity 0", project)
    hour.run("python manage.py check --fail-level WARNING", project)
    listed = hour.run("python manage.py token list --json", project)
    _expect(isinstance(json.loads(listed), dict), f"no list of tokens: {listed}")


@contextmanager
def _developing(hour: Hour, project: Path) -> Iterator[Dev]:
    """Run ``dev --push`` in another terminal, and end it with Ctrl-C."""
    log = hour.folder / "dev.log"
    hour.commands += 1
    with log.open("w") as output:
        process = subprocess.Popen(
            ["connector-kit", "dev", "--push", "--json"],
            cwd=project,
            env=dict(hour.env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
    hour.console.print("  $ connector-kit dev --push --json  (in another terminal)", markup=False)
    try:
        yield Dev(process, log)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)


def _messages(project: Path) -> list[str]:
    """What the sandbox's chat has been sent."""
    running = json.loads((project / "var" / "dev" / "running.json").read_text())
    control = running["sandbox"]["base_url"].removesuffix("/v1") + "/_sandbox"
    chat = requests.get(f"{control}/applications/chat", timeout=30).json()
    return [str(message.get("text")) for message in chat["messages"]]


def _environment(file: Path) -> dict[str, str]:
    """What ``set -a; . var/dev/environment`` sets."""
    words = (shlex.split(line)[0].partition("=") for line in file.read_text().splitlines())
    return {name: value for name, _, value in words}


def _is_neutral(name: str) -> bool:
    ours = ("CONNECTOR_KIT", "DJANGO", "PYTEST", "PYTHON", "VIRTUAL_ENV", "DATABASE", "REDIS")
    return not name.startswith(ours)


def _replaced(text: str, old: str, new: str) -> str:
    _expect(old in text, f"the template has no {old!r}")
    return text.replace(old, new)


def _expect(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise RuntimeError(otherwise)


def main() -> int:
    """Walk, and print what it took."""
    ArgumentParser(description=__doc__).parse_args()
    console = Console(highlight=False)
    with tempfile.TemporaryDirectory(prefix="first-hour-") as folder:
        try:
            hour = walk(Path(folder), console)
        except RuntimeError as failure:
            console.print(str(failure), style="red", markup=False)
            return 1
    table = Table("", "commands", "seconds", box=None)
    for name, mark in hour.marks.items():
        table.add_row(name, f"{mark['commands']:.0f}", f"{mark['seconds']:.0f}")
    for name, seconds in hour.templates.items():
        table.add_row(f"template {name}", "", f"{seconds:.0f}")
    console.print(table)
    VERDICT.parent.mkdir(exist_ok=True)
    result = {"marks": hour.marks, "templates": hour.templates, "excess": hour.excess}
    VERDICT.write_text(json.dumps(result, indent=2) + "\n")
    for sentence in hour.excess:
        console.print(sentence, style="red")
    return 1 if hour.excess else 0


if __name__ == "__main__":
    sys.exit(main())
