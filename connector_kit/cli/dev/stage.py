"""All that runs for one ``dev``: the sandbox, Redis, the server, the worker, and the accounts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import cast

import connector_kit
from connector_kit.cli.accounts import customers_in, install
from connector_kit.cli.dev.home import DevError, Home
from connector_kit.cli.dev.looking import Look
from connector_kit.cli.dev.processes import (
    SandboxInfo,
    Service,
    first_json,
    is_ready,
    wait_for,
)
from connector_kit.home import HOME_VARIABLE, kept_secret
from connector_kit.integrator import Client
from connector_kit.integrator.errors import IntegratorError
from connector_kit.local_redis import redis_url, stop_redis
from connector_kit.testing.customers import Customer, Document

ELSEWHERE = (
    *("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "EMAIL_URL"),
    *("CONNECTOR_KIT_REGION", "CONNECTOR_KIT_DATABASE_POOLED", "CONNECTOR_KIT_ENCRYPTION_KEYS"),
    *("CONNECTOR_KIT_PREVIEW_TOKEN", "CONNECTOR_KIT_WEBHOOK_SECRETS"),
    "CONNECTOR_KIT_TRUSTED_PROXIES",
)
"""Variables that may lead to what is not this machine's, and are not handed on."""

MIGRATIONS = Path(connector_kit.__file__).parent / "migrations"
USER = "dev"
INSTALLING_AT_A_TIME = 3


@dataclass(frozen=True)
class Published:
    """A connector as it is published in the sandbox."""

    slug: str
    name: str
    framework: int
    version: str
    connector_id: str


@dataclass
class Stage:
    """The processes and accounts of the project at *root*; stops what it has started."""

    home: Home
    root: Path
    ports: Mapping[str, int]
    accounts: int
    settings: Mapping[str, str] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    found: SandboxInfo | None = None
    commands: set[subprocess.Popen[str]] = field(default_factory=set)
    """Commands that run at the moment."""

    def __post_init__(self) -> None:
        inherited = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
        path = os.pathsep.join(filter(None, (str(self.root), os.environ.get("PYTHONPATH"))))
        token = kept_secret(self.home.folder / "system-token", lambda: os.urandom(24).hex())
        self.env = {
            **inherited,
            "PYTHONPATH": path,
            "PYTHONUNBUFFERED": "1",
            "DEBUG": "1",
            HOME_VARIABLE: str(self.home.folder),
            "CONNECTOR_KIT_SYSTEM_TOKEN": token,
            "CONNECTOR_KIT_HOST_URI": self.address,
            "CONNECTOR_KIT_TICK_SECONDS": "0.5",
            "DJANGO_SUPERUSER_PASSWORD": self.password,
            **self.settings,
        }

    @property
    def address(self) -> str:
        """Where the server is."""
        return f"http://127.0.0.1:{self.ports['web']}"

    @property
    def sandbox(self) -> SandboxInfo:
        """What the sandbox said of itself; raises RuntimeError before `start`."""
        if self.found is None:
            raise RuntimeError("the sandbox is not running yet")
        return self.found

    def start(self, targets: Iterable[str]) -> list[Look]:
        """Start all but the worker; returns how *targets* look meanwhile.

        Raises `ServiceError` with the log of what did not start.
        """
        sandbox = self._start_sandbox()
        redis_url(self.home.folder)
        ready = wait_for(sandbox, lambda: first_json(sandbox.log))
        self.found = SandboxInfo(ready["base_url"], ready["publisher_token"], ready["accounts"])
        self.env["CONNECTOR_KIT_BASE_URL"] = self.found.base_url
        self.env["CONNECTOR_KIT_TOKEN"] = self.found.publisher_token
        web = self._service(
            "web", "connector_kit.cli.dev.web", str(self.ports["web"]), str(self.root)
        )
        with ThreadPoolExecutor(2) as pool:
            looking, migrating = pool.submit(self.looks, targets), pool.submit(self._migrate)
            wait_for(web, lambda: is_ready(self.address))
            migrating.result()
            return looking.result()

    def start_worker(self) -> None:
        """Start the worker with beat; nothing but rollouts and licenses waits for it."""
        words = ("worker", "--beat", "--concurrency", "2", "--hostname", "dev@%h")
        self._service("worker", "celery", "--app", "connector_kit.server", *words)

    def stop(self) -> None:
        """Stop everything at once, the embedded Redis last."""
        for command in [*self.commands]:
            command.terminate()
        with ThreadPoolExecutor(len(self.services) or 1) as pool:
            list(pool.map(Service.stop, self.services.values()))
        stop_redis(self.home.folder)

    def dead(self) -> list[Service]:
        """The processes that have ended by themselves."""
        return [service for service in self.services.values() if not service.is_alive]

    def looks(self, targets: Iterable[str]) -> list[Look]:
        """Load and compile each of *targets* as it is now, in a process of its own."""
        words = [*targets]
        if not words:
            return []
        argv = [sys.executable, "-m", "connector_kit.cli.dev.looking", *words]
        done = self._run(argv)
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        if len(lines) != len(words):
            raise DevError(f"The package cannot be loaded:\n{done.stderr.strip()}")
        return [Look.read(line) for line in lines]

    def publish(self, look: Look) -> Published:
        """Publish what *look* found as a development version; raises `DevError` with objections."""
        done = self.run("publish", look.target, "--development", "--yes", "--json")
        answer = json.loads(done.stdout)
        return Published(
            slug=answer["slug"],
            name=look.name,
            framework=look.framework,
            version=answer["version"],
            connector_id=answer["connector_id"],
        )

    def remember(self, look: Look, published: Published) -> None:
        """Note that *published*, which *look* has become, is installed everywhere."""
        place = [look.digest, self.address]
        self.home.write(f"published-{published.slug}.json", [place, asdict(published)])

    def known(self, look: Look) -> Published | None:
        """What *look* has become before, at this address, if it is there still."""
        place, fields = self.home.read(f"published-{look.slug}.json") or (None, {})
        if place != [look.digest, self.address]:
            return None
        published = Published(**fields)
        try:
            with self._publisher() as publisher:
                publisher.connectors.get(published.connector_id)
        except IntegratorError:
            return None
        return published

    def _publisher(self) -> Client:
        return Client(self.sandbox.publisher_token, base_url=self.sandbox.base_url)

    def push(self, published: Published) -> Document:
        """Update all installations to what is *published*; returns the rollout's last status."""
        words = ("rollout", "start", published.slug, "--release", published.version)
        done = self.run(*words, "--wave", "rest", "--watch", "--json", check=False)
        statuses = [line for line in done.stdout.splitlines() if line.startswith("{")]
        if not statuses:
            raise DevError(done.stderr.strip())
        return cast("Document", json.loads(statuses[-1]))

    def install(self, published: Published) -> tuple[list[Customer], int]:
        """Have every customer license and install what is *published*, unless they have it.

        Returns them, and how many had it. Raises `CustomerError` with the step that failed.
        """
        customers = customers_in(self.sandbox, published.framework)
        with ThreadPoolExecutor(INSTALLING_AT_A_TIME) as pool:
            had_it = pool.map(
                lambda customer: install(self.sandbox, published.connector_id, customer), customers
            )
        return customers, sum(had_it)

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one command of the kit; raises `DevError` with what it said if it fails."""
        done = self._run([sys.executable, "-m", "django", *command])
        if check and done.returncode:
            raise DevError(done.stderr.strip() or done.stdout.strip())
        return done

    def _run(self, argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
        process = subprocess.Popen(
            argv,
            cwd=self.root,
            # Two saves within a second, of the same length, look the same to compiled files.
            env={**self.env, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.commands.add(process)
        try:
            printed, complaints = process.communicate()
        finally:
            process.kill()
            self.commands.discard(process)
        return subprocess.CompletedProcess(argv, process.returncode, printed, complaints)

    def _migrate(self) -> None:
        """Bring the database up to date, unless this kit has done so before."""
        wanted = sorted(file.name for file in MIGRATIONS.glob("0*.py"))
        if self.home.read("migrated.json") != wanted:
            done = self._run([sys.executable, "-m", "connector_kit.cli.dev.database", USER])
            if done.returncode:
                raise DevError(f"The database cannot be brought up to date:\n{done.stderr}")
            self.home.write("migrated.json", wanted)

    @property
    def password(self) -> str:
        """What opens the console to `USER`, on this machine."""
        return kept_secret(self.home.folder / "console-password", lambda: os.urandom(6).hex())

    def _start_sandbox(self) -> Service:
        return self._service(
            "sandbox",
            "connector_kit.sandbox",
            *("--port", str(self.ports["sandbox"]), "--accounts", str(self.accounts)),
            *("--applications", "--bucket", "0", "--json", "--snapshot", str(self.home.snapshot)),
        )

    def _service(self, name: str, *words: str) -> Service:
        log = self.home.folder / f"{name}.log"
        log.write_bytes(b"")
        argv = [sys.executable, "-m", *words]
        env, folder = dict(self.env), self.root
        service = Service(name, argv, env, log, folder=folder, ends_with_parent=True)
        self.services[name] = service
        service.start()
        return service
