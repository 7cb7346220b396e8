"""A project of an author's, and `dev` in it."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[3]
COMMAND = "from connector_kit.cli import main; main()"
PATIENCE = 120

PROJECT = '[tool.connector-kit]\nconnectors = ["orders_to_chat"]\n'
CONNECTOR = """
from connector_kit import Connection, Connector, Export, Flow, Import, PreSavePageOptions, hook


@hook.pre_save_page
def keep_paid(options: PreSavePageOptions):
    paid = [order for order in options.data if order["status"] == "paid"]
    return {"data": [{**order, "text": "first " + order["number"]} for order in paid]}


class OrdersToChat(Connector):
    name = "Orders to chat"
    version = "1.0.0"
    description = "Tells a chat about paid orders."

    shop = Connection(
        "Shop",
        type="http",
        http={
            "baseURI": "https://shop.example.com/api",
            "mediaType": "json",
            "auth": {"type": "token", "token": {"location": "header", "headerName": "X-Token"}},
            "ping": {"relativeURI": "/ping", "method": "GET"},
        },
    )
    chat = Connection(
        "Chat",
        type="http",
        http={
            "baseURI": "https://chat.example.com/api",
            "mediaType": "json",
            "auth": {
                "type": "token",
                "token": {"location": "header", "headerName": "Authorization", "scheme": "Bearer"},
            },
            "ping": {"relativeURI": "/ping", "method": "GET"},
        },
    )
    new_orders = Export(
        "New orders",
        connection=shop,
        adaptor_type="HTTPExport",
        http={
            "relativeURI": "/orders?page={{export.http.paging.page}}",
            "method": "GET",
            "paging": {"method": "page", "page": 1, "maxPagePath": "pages"},
            "response": {"resourcePath": "orders"},
        },
        hooks={"preSavePage": keep_paid},
    )
    post_message = Import(
        "Post message",
        connection=chat,
        adaptor_type="HTTPImport",
        http={"relativeURI": ["/messages"], "method": ["POST"]},
        mapping={"fields": [{"extract": "text", "generate": "text"}], "lists": []},
    )
    orders_to_chat = Flow("Orders to chat", source=new_orders, steps=[post_message])
"""


class Project:
    """A project in a folder, and the commands that are given in it."""

    def __init__(self, folder):
        self.folder, self.module = folder, folder / "orders_to_chat.py"
        (folder / "pyproject.toml").write_text(PROJECT)
        self.module.write_text(CONNECTOR)

    def edit(self, old, new):
        text = self.module.read_text()
        assert old in text
        self.module.write_text(text.replace(old, new))

    def run(self, *words, check=True):
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, *words],
            cwd=self.folder,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def start(self, *options):
        return Dev(self.folder, options)


class Dev:
    """A `dev` that runs, and the events that it reports."""

    def __init__(self, folder, options):
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "dev", "--json", "--accounts", "1", *options],
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.printed, self._lines = [], queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        with self.process.stdout as printed:
            for line in printed:
                self._lines.put(line)
        self._lines.put(None)

    def wait_for(self, event):
        """The next event of this kind."""
        while True:
            line = self._lines.get(timeout=PATIENCE)
            assert line is not None, f"it ended before {event}: {self.printed}"
            self.printed.append(line)
            if line.startswith("{") and (found := json.loads(line))["event"] == event:
                return found

    def family(self):
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, number=signal.SIGINT):
        """End it; returns the exit code and what of it still runs."""
        family = self.family()
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        _, alive = psutil.wait_procs(family, timeout=PATIENCE)
        return code, alive


def environment():
    ours = {name: text for name, text in os.environ.items() if not name.startswith("CONNECTOR_KIT")}
    ours.pop("DJANGO_SETTINGS_MODULE", None)
    return {**ours, "PYTHONPATH": str(ROOT)}


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


@pytest.fixture
def start(project):
    """Start `dev`; what still runs at the end is ended."""
    started = []

    def run(*options):
        started.append(project.start(*options))
        return started[-1]

    yield run
    for dev in started:
        if dev.process.poll() is None:
            dev.end(signal.SIGTERM)
