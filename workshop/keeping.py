"""Processes that outlive the demo: where to see them, and how to end them."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import signal
from contextlib import suppress
from pathlib import Path

import psutil
from rich.console import Console

from workshop.services import Services

KEPT = "kept.json"
ENVIRONMENT = "environment"
USER = "admin"


def keep(services: Services, console: Console) -> None:
    """Leave *services* running, remember them for `end_kept`, and say where to look."""
    started = {
        name: [service.process.pid, psutil.Process(service.process.pid).create_time()]
        for name, service in services.running.items()
        if service.process is not None and service.is_alive
    }
    (services.folder / KEPT).write_text(json.dumps(started))
    environment = _write_environment(services)
    password = _make_admin(services)
    console.print(
        "Left running, until 'make demo STOP=1' or the next demo:\n"
        f"  integrator.io (sandbox)  {services.sandbox.base_url}\n"
        f"  its control side         {services.sandbox.control_url}/counters, /log, /faults\n"
        f"  console                  http://127.0.0.1:{services.web_port}/console/"
        f"  (log in as {USER}, password {password})\n"
        f"  admin                    http://127.0.0.1:{services.web_port}/admin/\n"
        f"  commands                 set -a; . {environment}; set +a\n"
        "                           .venv/bin/python manage.py rollout status\n"
        f"  data and logs            {services.folder}",
        soft_wrap=True,
    )


def end_kept(folder: Path) -> int:
    """End what an earlier demo has left running in *folder*; returns how many processes."""
    kept = folder / KEPT
    if not kept.exists():
        return 0
    ended = [_end(pid, started) for pid, started in json.loads(kept.read_text()).values()]
    kept.unlink()
    return sum(ended)


def _end(pid: int, started: float) -> bool:
    """End the process group of *pid*, unless another process has that number by now."""
    with suppress(psutil.NoSuchProcess, ProcessLookupError):
        process = psutil.Process(pid)
        if process.create_time() == started:
            os.killpg(pid, signal.SIGTERM)
            with suppress(psutil.TimeoutExpired):
                process.wait(10)
            return True
    return False


def _write_environment(services: Services) -> Path:
    """Write what commands need in order to work on the demo's data; returns the file."""
    file = services.folder / ENVIRONMENT
    ours = {name: value for name, value in services.env.items() if os.environ.get(name) != value}
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in ours.items()))
    return file


def _make_admin(services: Services) -> str:
    password = secrets.token_urlsafe(9)
    services.env["DJANGO_SUPERUSER_PASSWORD"] = password
    services.run(
        "createsuperuser", "--no-input", "--username", USER, "--email", "admin@example.com"
    )
    del services.env["DJANGO_SUPERUSER_PASSWORD"]
    return password
