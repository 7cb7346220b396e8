"""Where ``dev`` keeps its data, on which ports it listens, and what it tells other terminals."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector_kit.errors import ConnectorKitError

FIRST_PORTS = {"web": 8000, "sandbox": 8900}
TRIED_PORTS = 100


class DevError(ConnectorKitError):
    """``dev`` cannot do what was asked; says why, and the way out."""

    code = "dev_failed"


@dataclass(frozen=True)
class Home:
    """The folder ``var/dev`` of a project; its files are readable by their owner only."""

    folder: Path

    @classmethod
    def of(cls, root: Path) -> Home:
        """Return the home in the project at *root*."""
        return cls(root / "var" / "dev")

    @property
    def snapshot(self) -> Path:
        """What the sandbox holds."""
        return self.folder / "sandbox.json"

    @property
    def is_running(self) -> bool:
        """Whether a ``dev`` runs here."""
        try:
            with self._locked():
                return False
        except BlockingIOError:
            return True

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep another ``dev`` away; raises `DevError` when there is one."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with self._locked():
                yield
        except BlockingIOError:
            raise DevError(
                "'dev' is already running in this project. Use its terminal, or stop it there with "
                "Ctrl-C."
            ) from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        if not self.folder.is_dir():
            yield
            return
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield

    def reset(self) -> bool:
        """Delete everything; tell whether there was anything. Raises `DevError` while it runs."""
        if not self.folder.is_dir():
            return False
        with self.held():
            shutil.rmtree(self.folder)
        return True

    def ports(self, asked: dict[str, int | None]) -> dict[str, int]:
        """Return a free port for each service: the one *asked* for, or the one it had last.

        Raises `DevError` when a port that was asked for is in use.
        """
        known = self.read("ports.json") or {}
        ports: dict[str, int] = {}
        for name, first in FIRST_PORTS.items():
            port = asked.get(name)
            if port is None:
                tried = [known.get(name, first), *range(first, first + TRIED_PORTS)]
                free = (item for item in tried if item not in ports.values() and _is_free(item))
                port = next(free, 0)
            elif not _is_free(port):
                option = "--port" if name == "web" else f"--{name}-port"
                raise DevError(
                    f"Port {port} is in use by another program. Choose another one with {option}, "
                    "or leave the option out to get a free one."
                )
            if not port:
                raise DevError(f"All ports from {first} to {first + TRIED_PORTS - 1} are in use.")
            ports[name] = port
        self.write("ports.json", ports)
        return ports

    def write(self, name: str, value: Any) -> None:
        """Write *value* to the file *name* as JSON, at a stroke."""
        draft = self.folder / f"{name}.new"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(value, file, indent=1)
        draft.replace(self.folder / name)

    def read(self, name: str) -> Any:
        """Return what `write` has written to the file *name*, None if there is none."""
        try:
            return json.loads((self.folder / name).read_text())
        except FileNotFoundError:
            return None

    def running(self) -> Any:
        """Return what a running ``dev`` says of itself; raises `DevError` if none is ready."""
        found = self.read("running.json") if self.is_running else None
        if found is None:
            raise DevError(
                "'dev' is not running here, or not ready yet. Start it: connector-kit dev"
            )
        return found


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
