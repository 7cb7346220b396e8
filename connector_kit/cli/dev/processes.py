"""Processes that belong together: each with a log, stopped as a group, ready when it says so."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import requests

from connector_kit.errors import ConnectorKitError
from connector_kit.extension.isolation import confinement

Answer = TypeVar("Answer")


class ServiceError(ConnectorKitError):
    """A process did not start; the message has the end of its log."""


@dataclass
class Service:
    """One process: how it is started, and where it logs."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    kills: int = 0
    folder: Path | None = None
    """Where it is started."""
    ends_with_parent: bool = False
    """Whether the system ends it when the thread that started it is gone (Linux only)."""

    def start(self) -> None:
        """Start the process in its own group, so that its children end with it."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.argv,
                cwd=self.folder,
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_parent if self.ends_with_parent else None,  # noqa: PLW1509
            )

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """End the process and its children the hard way: no clean-up, as in a power cut."""
        self._signal(signal.SIGKILL)
        self.kills += 1

    def stop(self, seconds: float = 5) -> None:
        """Ask the process to end; after *seconds*, or when it has ended, end what is left of it."""
        if self.process is None or not self.is_alive:
            return
        self._signal(signal.SIGTERM, seconds)
        # A child that was just starting may have missed the signal, as Celery's beat can.
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _signal(self, number: signal.Signals, seconds: float = 5) -> None:
        if self.process is None or not self.is_alive:
            return
        try:
            os.killpg(self.process.pid, number)
            self.process.wait(seconds)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            return

    def tail(self, lines: int = 15) -> str:
        """The last *lines* of its log."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


@dataclass
class SandboxInfo:
    """What the sandbox says of itself when it is ready."""

    base_url: str
    publisher_token: str
    accounts: list[dict[str, Any]]

    @property
    def control_url(self) -> str:
        """The address at which to make the sandbox misbehave, and to ask what it saw."""
        return self.base_url.removesuffix("/v1") + "/_sandbox"

    def control(self, path: str, body: object = None) -> Any:
        """Ask (or with *body*: tell) the sandbox's control route *path*."""
        url = f"{self.control_url}/{path}"
        answer = requests.request("GET" if body is None else "POST", url, json=body, timeout=60)
        answer.raise_for_status()
        return answer.json() if answer.content else None


def _end_with_parent() -> None:
    confinement.end_with_parent(signal.SIGTERM)


def wait_for(service: Service, ready: Callable[[], Answer | None], seconds: float = 180) -> Answer:
    """Return what *ready* returns once that is true; raises `ServiceError` if it never is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := ready():
            return answer
        if not service.is_alive:
            break
        time.sleep(0.05)
    raise ServiceError(f"{service.name} did not come up; its log ends:\n{service.tail()}")


def is_ready(address: str) -> bool:
    """Whether the server at *address* says that it takes requests."""
    try:
        return requests.get(f"{address}/readyz", timeout=10).ok
    except requests.RequestException:
        return False


def free_port() -> int:
    """A TCP port on loopback that is free at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def first_json(log: Path) -> dict[str, Any] | None:
    """The first line of *log* that is a JSON object, None if there is none yet."""
    for line in log.read_text(errors="replace").splitlines():
        if line.startswith("{"):
            return dict(json.loads(line))
    return None
