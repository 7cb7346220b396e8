"""One run of ``dev``: start, install, then look after changes and keys until it is ended."""

from __future__ import annotations

import queue
import signal
import threading
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from watchfiles import PythonFilter, watch

from connector_kit.cli.dev.debugging import HOOK, Listener, relay
from connector_kit.cli.dev.home import DevError, Home
from connector_kit.cli.dev.logs import Follower
from connector_kit.cli.dev.looking import Look
from connector_kit.cli.dev.processes import ServiceError
from connector_kit.cli.dev.reporting import Keyboard, Reporter
from connector_kit.cli.dev.runs import flows_of, run_flow
from connector_kit.cli.dev.stage import USER, Published, Stage
from connector_kit.extension.isolation.code import is_passed_over
from connector_kit.testing.customers import Customer, CustomerError

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK_SECONDS = 0.1
DEBOUNCE = 50
"""Milliseconds in which saves count as one."""
KEYS = "p push  o open the console  r run all flows  q quit"


class Ended(BaseException):
    """Ctrl-C, SIGTERM, or the end of the terminal: everything stops, in order."""


@dataclass
class Session:
    """What happens at one terminal; *pushes* each changed declaration without being asked."""

    root: Path
    home: Home
    stage: Stage
    targets: Sequence[str]
    reporter: Reporter
    pushes: bool = False
    opens: bool = False
    looks: dict[str, Look] = field(default_factory=dict)
    published: dict[str, Published] = field(default_factory=dict)
    customers: dict[str, list[Customer]] = field(default_factory=dict)
    pushed_digests: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Run until a signal; what goes wrong meanwhile is reported and ends nothing."""
        keyboard = Keyboard()
        with ExitStack() as stack:
            stack.enter_context(self._on_stage())
            listeners = []
            if keyboard.is_there:
                stack.enter_context(keyboard.listening())
                listeners.append(stack.enter_context(Listener(self.home)))
                self._say("keys", KEYS, style="dim")
            if self.opens:
                webbrowser.open(f"{self.stage.address}/console/")
            changes = stack.enter_context(self._changes())
            self._look_after(changes, keyboard, listeners)

    def run_once(self) -> bool:
        """Start, install, run each flow once, and end; returns whether all of it went well."""
        with self._on_stage():
            is_complete = all(target in self.published for target in self.targets)
            return self._run_flows() and is_complete

    @contextmanager
    def _on_stage(self) -> Iterator[None]:
        """Have everything run; end it whatever happens, and by which signal."""
        with self.home.held(), _signals():
            try:
                self.stage.env["PYTHONBREAKPOINT"] = HOOK
                self._say("starting", "Starting the sandbox, Redis, web, worker, and beat ...")
                looks = self.stage.start(self.targets)
                self.stage.start_worker()
                for look in looks:
                    self._take(look, pushes=True)
                self._introduce()
                yield
            except Ended:
                pass
            finally:
                for number in SIGNALS:
                    signal.signal(number, signal.SIG_IGN)
                self._say("stopping", "Stopping ...")
                (self.home.folder / "running.json").unlink(missing_ok=True)
                self.stage.stop()

    def _introduce(self) -> None:
        """Tell the terminal and other terminals where everything is."""
        stage = self.stage
        environment = self.home.folder / "environment"
        names = ("PYTHONPATH", "DEBUG", "CONNECTOR_KIT_HOME", "CONNECTOR_KIT_SYSTEM_TOKEN")
        addresses = ("CONNECTOR_KIT_HOST_URI", "CONNECTOR_KIT_BASE_URL", "CONNECTOR_KIT_TOKEN")
        lines = [f"{name}='{stage.env[name]}'\n" for name in (*names, *addresses)]
        environment.touch(mode=0o600)
        environment.write_text("".join(lines))
        self.home.write(
            "running.json",
            {
                "console": f"{stage.address}/console/",
                "sandbox": vars(stage.sandbox),
                "installations": [
                    {
                        "target": target,
                        "framework": self.published[target].framework,
                        "email": customer.email,
                        "token": customer.token,
                        "integration_id": customer.integration_id,
                    }
                    for target, customers in self.customers.items()
                    for customer in customers
                ],
            },
        )
        control = stage.sandbox.control_url
        self._say(
            "ready",
            f"Ready.\n  console       {stage.address}/console/   "
            f"(user {USER}, password {stage.password})\n"
            f"  sandbox       {stage.sandbox.base_url}\n"
            f"  applications  {control}/applications/shop (erp, chat)\n"
            f"  logs          {self.home.folder}/*.log\n"
            f"  commands      set -a; . {environment}; set +a",
            style="green",
            console=f"{stage.address}/console/",
            sandbox=stage.sandbox.base_url,
            applications=f"{control}/applications",
        )

    def _look_after(
        self, changes: queue.Queue[list[str]], keyboard: Keyboard, listeners: Sequence[Listener]
    ) -> None:
        """Take changes, keys, breakpoints, and lines of the log as they come."""
        follower = Follower(self.home.folder, from_end=True)
        work = self._worker()
        dead: set[str] = set()
        while True:
            key, stopped = keyboard.wait(LOOK_SECONDS, *listeners)
            for listener in stopped:
                self._debug(keyboard, listener)
            for line in follower.troubles():
                self._say("log", line.summary, style="red", service=line.service)
            for service in self.stage.dead():
                if service.name not in dead:
                    dead.add(service.name)
                    text = f"{service.name} has ended by itself; its log ends:\n{service.tail()}"
                    self._say("ended", text, style="bold red", service=service.name)
            with suppress(queue.Empty):
                work.put(partial(self._take_changes, changes.get_nowait()))
            if key == "q":
                return
            if key:
                work.put(partial(self._press, key))

    def _worker(self) -> queue.Queue[Callable[[], None]]:
        """Return where to put what takes time; meanwhile, a function may stop at a breakpoint."""
        work: queue.Queue[Callable[[], None]] = queue.Queue()

        def do() -> None:
            while True:
                job = work.get()
                with self._reporting():
                    job()

        threading.Thread(target=do, name="work", daemon=True).start()
        return work

    def _press(self, key: str) -> None:
        if key == "p":
            for look in self.stage.looks(self.targets):
                self._take(look, pushes=True)
            self._introduce()
        elif key == "o":
            webbrowser.open(f"{self.stage.address}/console/")
        elif key == "r":
            self._run_flows()

    def _take_changes(self, files: Sequence[str]) -> None:
        """Look at the package again, which has changed in *files*."""
        names = ", ".join(files)
        self._say("changed", f"{names}: changed; the next call runs it.", files=[*files])
        for look in self.stage.looks(self.targets):
            self._take(look, pushes=self.pushes)

    def _take(self, look: Look, *, pushes: bool) -> None:
        """Report mistakes; publish, install, and push a declaration that has changed, if it may."""
        before, self.looks[look.target] = self.looks.get(look.target), look
        for mistake in look.mistakes:
            fields = {"file": mistake.file, "line": mistake.line}
            self._say("mistake", f"{mistake}", style="red", target=look.target, **fields)
        if look.mistakes:
            return
        if before and before.mistakes:
            self._say("checked", f"{look.name}: no mistakes anymore.", style="green")
        if look.digest == self.pushed_digests.get(look.target):
            return
        if not pushes:
            self._say("declared", f"{look.name}: the declaration has changed. Press p to push it.")
            return
        with self._reporting():
            self._publish(look)

    def _publish(self, look: Look) -> None:
        known = self.stage.known(look)
        published = known or self.stage.publish(look)
        self.published[look.target] = published
        text = f"{published.name}: {'still' if known else 'published as'} {published.version}"
        self._say("published", text, slug=published.slug, version=published.version)
        self.customers[look.target], older = self.stage.install(published)
        if count := len(self.customers[look.target]) - older:
            self._say("installed", f"{published.name}: installed by {count} customers", count=count)
        if older and not known:
            status = self.stage.push(published)
            state, counts = status["state"], status["counts"]
            good = state == "completed"
            text = f"{published.name}: {published.version} pushed ({state})"
            self._say("pushed", text, style="" if good else "red", state=state, counts=counts)
            if not good:
                return
        self.stage.remember(look, published)
        self.pushed_digests[look.target] = look.digest

    def _run_flows(self) -> bool:
        """Run each flow of the first customer once; returns whether none failed."""
        good = True
        for customers in self.customers.values():
            for flow in flows_of(customers[0]):
                outcome = run_flow(customers[0], flow)
                good = good and outcome.is_good
                style = "green" if outcome.is_good else "red"
                text = "\n".join(outcome.lines())
                self._say("ran", text, style=style, **vars(outcome))
        return good

    def _debug(self, keyboard: Keyboard, listener: Listener) -> None:
        with listener.accepted() as connection:
            if connection is None:
                return
            self._say("breakpoint", "Stopped at a breakpoint; c continues.", style="bold yellow")
            with keyboard.typing() as typed:
                relay(connection, typed, 1)
        self._say("keys", KEYS, style="dim")

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        """Report what the kit or the platform refuses, and go on."""
        try:
            yield
        except (DevError, ServiceError, CustomerError) as error:
            self._say("failed", str(error), style="red")

    @contextmanager
    def _changes(self) -> Iterator[queue.Queue[list[str]]]:
        """Yield what saved files come to, as lists of paths below the root."""
        found: queue.Queue[list[str]] = queue.Queue()
        ending = threading.Event()

        def look() -> None:
            for changes in watch(
                self.root,
                watch_filter=PythonFilter(),
                stop_event=ending,
                debounce=DEBOUNCE,
                step=10,
                raise_interrupt=False,
                rust_timeout=500,
            ):
                paths = {Path(path).relative_to(self.root) for _, path in changes}
                names = sorted(str(path) for path in paths if not is_passed_over(path.parts[:-1]))
                if names:
                    found.put(names)

        thread = threading.Thread(target=look, name="watch", daemon=True)
        thread.start()
        try:
            yield found
        finally:
            ending.set()
            thread.join(2)

    def _say(self, event: str, text: str, *, style: str = "", **fields: Any) -> None:
        self.reporter.say(event, text, style=style, **fields)


@contextmanager
def _signals() -> Iterator[None]:
    """Raise `Ended` in this thread at the first of `SIGNALS`."""

    def end(_number: int, _frame: FrameType | None) -> None:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise Ended

    before = {number: signal.signal(number, end) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
