"""``manage.py record``: keep samples of live calls, without their secrets, and replay them."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from rich.table import Table

from connector_kit import parsing
from connector_kit.conf import kit
from connector_kit.extension.recording import (
    Recording,
    Sample,
    UnreadableSampleError,
    read_samples,
    recording,
    start,
    stop,
)
from connector_kit.extension.recording.switch import FOLDER, MOST_BYTES, SAMPLES
from connector_kit.management.base import KitCommand, add_json
from connector_kit.management.targets import loaded
from connector_kit.testing import replay

ERROR, DIFFERENT = 1, 3

MINUTES = 10
MOST_MINUTES = 24 * 60


class Command(KitCommand):
    """Record calls, show them, replay them."""

    help = (
        "Record samples of integrator.io's calls to a running server, so that tests can replay "
        "them. No restart is needed: recording starts within a second and stops when the time is "
        "up. Tokens and secrets are never recorded; use --mask for fields with personal data."
    )
    example = """
manage.py record start --minutes 30 --mask '*mail' --mask '*name' --mask 'address*'
manage.py record start --function skip_cancelled --samples 20 --folder tests/samples
manage.py record list
manage.py record show 64a1f0c2b3d4e5f6071828ff/hook.skip_cancelled.1
manage.py record replay my_package.connector:OrdersToErp
manage.py record stop
"""
    exit_codes = {
        0: "done; replay: all answers match",
        ERROR: "error (see stderr)",
        DIFFERENT: "replay: an answer differs from what was recorded",
    }
    expected = (
        *KitCommand.expected,
        ValueError,
        OSError,
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add a subcommand for each act."""
        acts = parser.add_subparsers(dest="act", required=True, metavar="act")
        _add_start(acts.add_parser("start", help="start recording"))
        acts.add_parser("stop", help="stop recording early; samples are kept")
        for act, words in (("list", "list the samples"), ("show", "show one sample")):
            told = acts.add_parser(act, help=words)
            _add_folder(told)
            if act == "show":
                told.add_argument("sample", help="sample name, as listed")
            add_json(told)
        again = acts.add_parser("replay", help="repeat the recorded calls and compare the answers")
        again.add_argument("target", help="the functions, as package.module[:name] or a path")
        again.add_argument(
            "--ignore",
            action="append",
            default=[],
            metavar="FIELD",
            help="fields that may differ (*At, id)",
        )
        _add_folder(again)
        add_json(again)

    def run(self, **options: Any) -> int | None:
        """Do what is asked."""
        acts = {
            "start": self._start,
            "stop": self._stop,
            "list": self._list,
            "show": self._show,
            "replay": self._replay,
        }
        return acts[options["act"]](options)

    def _start(self, options: Mapping[str, Any]) -> None:
        until = time.time() + options["minutes"] * 60
        what = Recording(
            folder=_folder(options),
            until=until,
            samples=options["samples"],
            functions=tuple(options["function"]),
            masks=tuple(options["mask"]),
            most_bytes=options["max_kb"] * 1024,
        )
        start(kit().home, what)
        console = self.console(options)
        console.print(_state(what), soft_wrap=True)
        console.print(
            f"Servers with CONNECTOR_KIT_HOME {kit().home} start within a second.",
            soft_wrap=True,
        )
        if not what.masks:
            console.print("Personal data is not masked. Use --mask for fields that contain it.")

    def _stop(self, options: Mapping[str, Any]) -> None:
        was_on = stop(kit().home, time.time())
        self.console(options).print("Stopped." if was_on else "Recording was not running.")

    def _list(self, options: Mapping[str, Any]) -> None:
        what = recording(kit().home, time.time())
        try:
            samples = read_samples(_folder(options))
        except UnreadableSampleError:
            if _folder(options).is_dir() and any(_folder(options).glob("**/*.json")):
                raise
            samples = {}
        if options["json"]:
            listed = [_summary(name, item) for name, item in samples.items()]
            self.print_json({"recording": what and what.to_json(), "samples": listed})
            return
        console = self.console(options)
        console.print(_state(what) if what else "Recording is not running.", soft_wrap=True)
        console.print(_table(samples) if samples else f"No samples in {_folder(options)}.")

    def _show(self, options: Mapping[str, Any]) -> None:
        name = options["sample"].removesuffix(".json")
        samples = read_samples(_folder(options))
        if name not in samples:
            raise CommandError(
                f"There is no sample {name!r}. To list samples, run 'manage.py record list'."
            )
        if options["json"]:
            self.print_json(samples[name].to_json())
        else:
            self.console(options).print_json(data=samples[name].to_json())

    def _replay(self, options: Mapping[str, Any]) -> int:
        target = loaded(options["target"])
        replays = replay(_folder(options), target, ignore=options["ignore"])
        found = {item.name: item.differences() for item in replays}
        if options["json"]:
            self.print_json({"differences": found})
        else:
            console = self.console(options)
            for name, differences in found.items():
                console.print(f"{'different' if differences else 'same'}  {name}")
                for difference in differences:
                    console.print(f"    {difference}", soft_wrap=True)
        return DIFFERENT if any(found.values()) else 0


def _add_start(parser: CommandParser) -> None:
    number, text = parsing.whole, parser.add_argument
    text(
        "--minutes", type=number(1, MOST_MINUTES), default=MINUTES, help="duration in minutes (10)"
    )
    text("--samples", type=number(1, 100), default=SAMPLES, help="samples per function (5)")
    text("--function", action="append", default=[], metavar="NAME", help="only these functions")
    text(
        "--mask",
        action="append",
        default=[],
        metavar="FIELD",
        help="field whose letters and digits are masked; * matches anything",
    )
    text(
        "--max-kb",
        type=number(1, 10_240),
        default=MOST_BYTES // 1024,
        help="skip larger calls (256)",
    )
    _add_folder(parser)


def _add_folder(parser: CommandParser) -> None:
    parser.add_argument(
        "--folder", type=Path, metavar="DIR", help="sample folder (default: in the home folder)"
    )


def _folder(options: Mapping[str, Any]) -> Path:
    folder: Path = options["folder"] or kit().home / FOLDER
    return folder.expanduser().absolute()


def _state(what: Recording) -> str:
    until = datetime.fromtimestamp(what.until, UTC).astimezone().strftime("%H:%M:%S")
    which = ", ".join(what.functions) or "all functions except installers and uninstallers"
    return f"Recording {which} into {what.folder} until {until}."


def _summary(name: str, sample: Sample) -> dict[str, Any]:
    return {
        "name": name,
        "type": sample.call.get("type"),
        "function": sample.call["function"],
        "status": sample.status,
        "recorded": sample.recorded,
    }


def _table(samples: Mapping[str, Sample]) -> Table:
    table = Table("sample", "status", "recorded", box=None)
    for name, sample in samples.items():
        code = sample.answer[0].get("code", "") if sample.failed and sample.answer else ""
        table.add_row(name, f"{sample.status} {code}".strip(), sample.recorded)
    return table
