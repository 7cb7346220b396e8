"""``connector-kit record``: keep samples of live calls, without their secrets, and replay them."""

import time
from datetime import UTC, datetime
from pathlib import Path

from django.core.management.base import CommandError, CommandParser
from rich.table import Table

from connector_kit import parsing
from connector_kit.conf import kit
from connector_kit.extension.recording import (
    Recording,
    UnreadableSampleError,
    read_samples,
    recording,
    start,
    stop,
)
from connector_kit.extension.recording.switch import FOLDER, MOST_BYTES, SAMPLES
from connector_kit.management.base import (
    Action,
    ActionsCommand,
    KitCommand,
    Options,
    add_page,
    page_of,
    say_more,
)
from connector_kit.management.targets import loaded
from connector_kit.testing import replay

ERROR, DIFFERENT = 1, 3

MINUTES = 10
MOST_MINUTES = 24 * 60


class Start(Action):
    """Starts recording, in all servers with the same home folder."""

    words = "start recording"

    def add_arguments(self, parser: CommandParser) -> None:
        whole, add = parsing.whole, parser.add_argument
        add(
            "--minutes",
            type=whole(1, MOST_MINUTES),
            default=MINUTES,
            help="duration in minutes (10)",
        )
        add("--samples", type=whole(1, 100), default=SAMPLES, help="samples per function (5)")
        add("--function", action="append", default=[], metavar="NAME", help="only these functions")
        add(
            "--mask",
            action="append",
            default=[],
            metavar="FIELD",
            help="field whose letters and digits are masked; * matches anything",
        )
        add(
            "--max-kb",
            type=whole(1, 10_240),
            default=MOST_BYTES // 1024,
            help="skip larger calls (256)",
        )
        _add_folder(parser)

    def run(self, command: KitCommand, options: Options) -> None:
        what = Recording(
            folder=_folder(options),
            until=time.time() + options["minutes"] * 60,
            samples=options["samples"],
            functions=tuple(options["function"]),
            masks=tuple(options["mask"]),
            most_bytes=options["max_kb"] * 1024,
        )
        start(kit().home, what)
        words = (
            f"{_state(what)}\nServers with CONNECTOR_KIT_HOME {kit().home} start within a second."
        )
        if not what.masks:
            words += "\nPersonal data is not masked. Use --mask for fields that contain it."
        command.show({"recording": what.to_json()}, words, options)


class Stop(Action):
    """Stops recording."""

    words = "stop recording early; samples are kept"

    def run(self, command: KitCommand, options: Options) -> None:
        was_on = stop(kit().home, time.time())
        words = "Stopped." if was_on else "Recording was not running."
        command.show({"stopped": was_on}, words, options)


class List(Action):
    """Lists the samples, and says whether calls are being recorded."""

    words = "list the samples"

    def add_arguments(self, parser: CommandParser) -> None:
        _add_folder(parser)
        add_page(parser, "samples", "sample")

    def run(self, command: KitCommand, options: Options) -> None:
        what, folder = recording(kit().home, time.time()), _folder(options)
        try:
            samples = read_samples(folder)
        except UnreadableSampleError:
            if folder.is_dir() and any(folder.glob("**/*.json")):
                raise
            samples = {}
        names, next_after = page_of(samples, options, str)
        page = {name: samples[name] for name in names}
        if options["json"]:
            documents = [
                {
                    "name": name,
                    "type": sample.call.get("type"),
                    "function": sample.call["function"],
                    "status": sample.status,
                    "recorded": sample.recorded,
                }
                for name, sample in page.items()
            ]
            answer = {"recording": what and what.to_json(), "samples": documents}
            command.print_json({**answer, "next_after": next_after})
            return
        table = Table("sample", "status", "recorded", box=None)
        for name, sample in page.items():
            code = sample.answer[0].get("code", "") if sample.failed and sample.answer else ""
            table.add_row(name, f"{sample.status} {code}".strip(), sample.recorded)
        console = command.console(options)
        console.print(_state(what) if what else "Recording is not running.", soft_wrap=True)
        console.print(table if samples else f"No samples in {folder}.")
        say_more(command, next_after, options)


class Show(Action):
    """Shows one sample."""

    words = "show one sample"

    def add_arguments(self, parser: CommandParser) -> None:
        _add_folder(parser)
        parser.add_argument("sample", help="sample name, as listed")

    def run(self, command: KitCommand, options: Options) -> None:
        name = options["sample"].removesuffix(".json")
        samples = read_samples(_folder(options))
        if name not in samples:
            raise CommandError(
                f"There is no sample {name!r}. To list samples, run 'connector-kit record list'."
            )
        if options["json"]:
            command.print_json(samples[name].to_json())
        else:
            command.console(options).print_json(data=samples[name].to_json())


class Replay(Action):
    """Repeats recorded calls."""

    words = "repeat the recorded calls and compare the answers"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", help="the functions, as package.module[:name] or a path")
        parser.add_argument(
            "--ignore",
            action="append",
            default=[],
            metavar="FIELD",
            help="fields that may differ (*At, id)",
        )
        _add_folder(parser)

    def run(self, command: KitCommand, options: Options) -> int:
        target = loaded(options["target"])
        replays = replay(_folder(options), target, ignore=options["ignore"])
        differences = {item.name: item.differences() for item in replays}
        lines = [
            "\n    ".join([f"{'different' if found else 'same'}  {name}", *map(str, found)])
            for name, found in differences.items()
        ]
        command.show({"differences": differences}, "\n".join(lines), options)
        return DIFFERENT if any(differences.values()) else 0


class Command(ActionsCommand):
    """Record calls, show them, replay them."""

    help = (
        "Record samples of integrator.io's calls to a running server, so that tests can replay "
        "them. No restart is needed: recording starts within a second and stops when the time is "
        "up. Tokens and secrets are never recorded; use --mask for fields with personal data."
    )
    example = """
connector-kit record start --minutes 30 --mask '*mail' --mask '*name' --mask 'address*'
connector-kit record start --function skip_cancelled --samples 20 --folder tests/samples
connector-kit record list
connector-kit record show 64a1f0c2b3d4e5f6071828ff/hook.skip_cancelled.1
connector-kit record replay my_package.connector:OrdersToErp
connector-kit record stop
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
    actions = {
        "start": Start(),
        "stop": Stop(),
        "list": List(),
        "show": Show(),
        "replay": Replay(),
    }


def _add_folder(parser: CommandParser) -> None:
    parser.add_argument(
        "--folder", type=Path, metavar="DIR", help="sample folder (default: in the home folder)"
    )


def _folder(options: Options) -> Path:
    folder: Path = options["folder"] or kit().home / FOLDER
    return folder.expanduser().absolute()


def _state(what: Recording) -> str:
    until = datetime.fromtimestamp(what.until, UTC).astimezone().strftime("%H:%M:%S")
    which = ", ".join(what.functions) or "all functions except installers and uninstallers"
    return f"Recording {which} into {what.folder} until {until}."
