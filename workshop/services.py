"""The processes of a whole installation on one machine, each of which can be killed.

The same that ``docker-compose.yml`` names (web, workers, beat, redis), with one worker for long
work and mail together, and the sandbox in place of the platform. Everything lives under one
folder: data, sockets, logs.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import redis

from connector_kit.cli.dev.processes import (
    SandboxInfo,
    Service,
    first_json,
    free_port,
    is_ready,
    wait_for,
)
from connector_kit.local_redis import redis_server
from workshop.clocks import off_by

__all__ = ["BIN", "ROOT", "SandboxInfo", "Service", "Services", "free_port", "is_ready"]

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@dataclass
class Services:
    """All processes together, as a context manager that stops what it started."""

    folder: Path
    accounts: int = 25
    sandbox_options: Sequence[str] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    web_workers: int = 2
    worker_count: int = 1
    clocks: Mapping[str, str] = field(default_factory=dict)
    """How far the clocks of processes are off (``+7m``), by the beginning of their names."""
    sandbox_info: SandboxInfo | None = None
    running: dict[str, Service] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.redis_port = free_port()
        self.web_port = free_port()
        self.env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "connector_kit.server.settings",
            "PYTHONUNBUFFERED": "1",
            "DEBUG": "1",
            "CONNECTOR_KIT_HOME": str(self.folder),
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "CONNECTOR_KIT_SYSTEM_TOKEN": secrets.token_hex(24),
            "CONNECTOR_KIT_HOST_URI": f"http://127.0.0.1:{self.web_port}",
            **self.settings,
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop everything, the last started first."""
        for service in reversed(self.running.values()):
            service.stop()

    @property
    def sandbox(self) -> SandboxInfo:
        """The running sandbox; raises RuntimeError before `start_sandbox`."""
        if self.sandbox_info is None:
            raise RuntimeError("the sandbox is not running yet")
        return self.sandbox_info

    def start_sandbox(self) -> SandboxInfo:
        """Start the local integrator.io and read the line in which it introduces itself."""
        service = self._service(
            "sandbox",
            [
                *self._manage("sandbox"),
                "--port",
                str(free_port()),
                "--accounts",
                str(self.accounts),
                "--json",
                *self.sandbox_options,
            ],
        )
        service.log.write_bytes(b"")
        service.start()
        ready = wait_for(service, lambda: first_json(service.log))
        self.sandbox_info = SandboxInfo(
            base_url=ready["base_url"],
            publisher_token=ready["publisher_token"],
            accounts=ready["accounts"],
        )
        self.env["CONNECTOR_KIT_BASE_URL"] = self.sandbox_info.base_url
        self.env["CONNECTOR_KIT_TOKEN"] = self.sandbox_info.publisher_token
        return self.sandbox_info

    def start_redis(self) -> None:
        """Start Redis, or start it again; its data survive in the folder."""
        service = self._service(
            "redis",
            [
                redis_server(),
                *("--bind", "127.0.0.1", "--port", str(self.redis_port)),
                *("--dir", str(self.folder), "--appendonly", "yes", "--save", ""),
            ],
        )
        service.start()
        wait_for(service, self._redis_answers)

    def migrate(self) -> None:
        """Make or update the database."""
        self.run("migrate", "--verbosity", "0")

    def start_web(self) -> None:
        """Start the server that the platform calls."""
        self.start_web_as("web", self.web_port, "--workers", str(self.web_workers))

    def start_web_as(self, name: str, port: int, *options: str) -> str:
        """Start one more such server, with *options* of its command; returns its address."""
        service = self._service(
            name,
            self._manage("serve", "--host", "127.0.0.1", "--port", str(port), *options),
        )
        service.start()
        address = f"http://127.0.0.1:{port}"
        wait_for(service, lambda: is_ready(address))
        return address

    def start_workers(self) -> None:
        """Start Celery workers for each queue, and the clock that makes them tick."""
        celery = [str(BIN / "celery"), "--app", "connector_kit.server"]
        for name, queue in self._worker_names():
            options = ("--queues", queue, "--concurrency", "2", "--hostname", f"{name}@%h")
            self._service(name, [*celery, "worker", *options]).start()
        self._service("beat", [*celery, "beat"]).start()

    def _worker_names(self) -> Iterator[tuple[str, str]]:
        for number in range(1, self.worker_count + 1):
            yield f"worker-{number}", "ticks"
            yield f"worker-{number}-long", "work,mail"

    def run(
        self, *command: str, check: bool = True, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one command of ``manage.py`` and return what it printed."""
        done = subprocess.run(
            self._manage(*command),
            cwd=ROOT,
            env=self.env,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise RuntimeError(f"manage.py {' '.join(command)} failed:\n{done.stderr}")
        return done

    def _manage(self, *command: str) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py"), *command]

    def _service(self, name: str, argv: Sequence[str]) -> Service:
        kills = self.running[name].kills if name in self.running else 0
        log = self.folder / f"{name}.log"
        env = {**self.env, **self._clock_of(name)}
        self.running[name] = Service(name, argv, env, log, kills=kills, folder=ROOT)
        return self.running[name]

    def _clock_of(self, name: str) -> Mapping[str, str]:
        offsets = (item for start, item in self.clocks.items() if name.startswith(start))
        offset = next(offsets, None)
        return off_by(offset) if offset else {}

    def _redis_answers(self) -> bool:
        try:
            return bool(redis.Redis(port=self.redis_port).ping())
        except redis.RedisError:
            return False
