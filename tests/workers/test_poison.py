"""A real worker, and a task that takes it down each time, as when the kernel is out of memory."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from workshop.services import ROOT, Services

pytestmark = pytest.mark.chaos

WORKER = """
import os, signal
import django; django.setup()
from connector_kit.embedded import tasks

def work(task, pk, what):
    with open({log!r}, "a") as log:
        log.write(f"{{pk}}\\n")
    if pk == {poison}:
        os.kill(os.getpid(), signal.SIGKILL)

tasks._work = work
from connector_kit.server.celery import app
app.worker_main(["worker", "--concurrency", "1", "--queues", "work", "--loglevel", "INFO"])
"""
SETTING_UP = """
import django; django.setup()
from connector_kit.models import Connector, EmbeddedAccount, Installation
from connector_kit.embedded import tasks
connector = Connector.objects.create(slug="orders", name="Orders")
account = EmbeddedAccount.objects.create(name="product", account_id="5" * 24)
for number in range(3):
    row = Installation.objects.create(
        connector=connector, integration_id=str(number) * 24, embedded_account=account,
        end_user=f"user-{number}",
    )
    print(row.pk)
    tasks.update.delay(row.pk)
"""
LOOKING = """
import django; django.setup()
from connector_kit.models import Operation
for each in Operation.objects.all():
    print(each.installation_id, each.kind, each.outcome, each.code)
"""


@pytest.fixture
def services(tmp_path: Path):
    with Services(tmp_path) as services:
        services.start_redis()
        services.migrate()
        yield services


def python(services: Services, code: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=services.env,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split("\n")[:-1]


def test_it_is_given_up_on_record_and_others_go_on(services: Services, tmp_path: Path) -> None:
    poison, *others = python(services, SETTING_UP)
    begun = tmp_path / "begun"
    with working(services, WORKER.format(poison=poison, log=str(begun))) as output:
        end = time.monotonic() + 90
        while not (found := python(services, LOOKING)) and time.monotonic() < end:
            time.sleep(0.2)
        assert found == [f"{poison} update failed worker_lost"], output.read_text()
        while not set(others) <= set(begun.read_text().split()) and time.monotonic() < end:
            time.sleep(0.2)

    assert sorted(begun.read_text().split()) == sorted([poison] * 3 + others)


@contextmanager
def working(services: Services, code: str) -> Iterator[Path]:
    """Let a worker of one process run as *code* says; yields where it logs."""
    output = services.folder / "worker.log"
    with (
        output.open("w") as log,
        subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=services.env,
            start_new_session=True,
            stdout=log,
            stderr=log,
        ) as worker,
    ):
        try:
            yield output
        finally:
            os.killpg(worker.pid, signal.SIGKILL)
