"""The field: running services, customers with the connector installed, and what is done there.

The demo, the benchmarks and the slow tests all play on it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connector_kit.adoption.loading import load_connector
from connector_kit.blueprint import compile_connector
from connector_kit.integrator import PUBLISHER_ACCOUNT, Client, RedisThrottle
from workshop.audit import Findings, audit, source_faults
from workshop.customers import CUSTOMERS, Customer
from workshop.services import ROOT, Service, Services


@dataclass
class Field:
    """Services that run, the customers of the sandbox, and the connector they are about."""

    services: Services
    customers: list[Customer] = field(default_factory=list)
    slug: str = ""
    connector_id: str = ""

    @classmethod
    def start(cls, services: Services, framework: int = 1) -> Field:
        """Start all of *services*; the customers know how to install a connector of *framework*."""
        sandbox = services.start_sandbox()
        services.start_redis()
        services.migrate()
        services.start_web()
        services.start_workers()
        return cls(
            services,
            [
                CUSTOMERS[framework](sandbox.base_url, account["token"], account["email"])
                for account in sandbox.accounts
            ],
        )

    def publish(self, target: str) -> dict[str, Any]:
        """Publish *target* and remember where it went; returns what the command answered."""
        answer: dict[str, Any] = json.loads(self.services.run("publish", target, "--json").stdout)
        self.slug, self.connector_id = answer["slug"], answer["connector_id"]
        return answer

    def grant_licenses(self) -> None:
        """Give every customer a license for a year (protocol/http-api.md#9)."""
        expires = datetime.now(UTC) + timedelta(days=365)
        with self.publisher() as client:
            licenses = client.connectors.licenses(self.connector_id)
            for customer in self.customers:
                licenses.create(
                    {"email": customer.email, "expires": f"{expires:%Y-%m-%dT%H:%M:%S}.000Z"}
                )

    def install_everywhere(self) -> Iterator[Customer]:
        """Let all customers install at once; yields each when it is done."""
        with ThreadPoolExecutor(6) as pool:
            running = {
                pool.submit(customer.install, self.connector_id): customer
                for customer in self.customers
            }
            for installed in as_completed(running):
                installed.result()
                yield running[installed]

    def roll_out(self, *options: str) -> int:
        """Start a rollout, watch it on this terminal until it rests; the command's exit code.

        The command's own log is a file, as that of the services; it is shown when the rollout does
        not end well.
        """
        command = ["rollout", "start", self.slug, *options, "--watch"]
        path = self.services.folder / "rollout.log"
        with path.open("w") as log:
            code = subprocess.run(
                [sys.executable, str(ROOT / "manage.py"), *command],
                cwd=ROOT,
                env=self.services.env,
                stderr=log,
                check=False,
            ).returncode
        if code:
            sys.stderr.write(path.read_text())
        return code

    def workers(self) -> list[Service]:
        """The Celery workers, to be killed."""
        running = self.services.running
        return [running[name] for name in running if name.startswith("worker")]

    def audit(self, target: str) -> Findings:
        """Look into every account for what *target* declares."""
        blueprint = compile_connector(load_connector(target))
        with self.publisher() as client:
            stack_id = str(client.connectors.get(self.connector_id)["_stackId"])
        return audit(self.customers, blueprint, self.connector_id, stack_id)

    def source_faults(self, target: str, *, seconds: float) -> list[str]:
        """What is wrong with the source integration of *target* once *seconds* have passed.

        A worker brings it to a new default release; nothing else is waited for.
        """
        blueprint = compile_connector(load_connector(target))
        with self.publisher() as client:
            listing = client.connectors.get(self.connector_id)
        sandbox = self.services.sandbox
        owner = Customer(
            sandbox.base_url,
            sandbox.publisher_token,
            integration_id=str(listing["twoDotZero"]["_integrationId"]),
        )
        until = time.monotonic() + seconds
        while True:
            faults = source_faults(owner, blueprint, self.connector_id, str(listing["_stackId"]))
            if not faults or time.monotonic() > until:
                return faults
            time.sleep(1)

    def publisher(self) -> Client:
        """The publisher's client, in the same bucket as the commands and the workers."""
        sandbox = self.services.sandbox
        return Client(
            sandbox.publisher_token,
            base_url=sandbox.base_url,
            account=PUBLISHER_ACCOUNT,
            throttle=RedisThrottle(self.services.env["REDIS_URL"]),
        )
