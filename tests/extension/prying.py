"""Functions that look for what is none of theirs, each in a way of its own."""

import ctypes
import gc
import mmap
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from connector_kit.extension import FunctionModule, Registry

CONNECTOR_ID = "64a1f0c2b3d4e5f6071828ff"
TOKEN = re.compile(rb"one-time-[0-9a-f]{6}")
SECRET = re.compile(rb"planted-secret-[a-z]+")


def tokens_in_open_files(_options):
    """What the memory files and sockets that this process holds have to say."""
    found = set()
    for file in Path("/proc/self/fd").iterdir():
        try:
            found |= set(TOKEN.findall(file.read_bytes()))
        except OSError:
            found |= _in_socket(int(file.name))
    return sorted(item.decode() for item in found)


def _in_socket(descriptor):
    try:
        with socket.socket(fileno=os.dup(descriptor)) as copy:
            return set(TOKEN.findall(copy.recv(65536, socket.MSG_PEEK | socket.MSG_DONTWAIT)))
    except OSError:
        return set()


def tokens_in_objects(_options):
    found = set()
    for obj in gc.get_objects():
        if type(obj) is dict:
            found |= {value for value in list(obj.values()) if type(value) is str}
    return sorted(name for name in found if TOKEN.fullmatch(name.encode()))


def tokens_in_buffers(_options):
    """What is mapped of buffers, its own among them."""
    found = set()
    for obj in gc.get_objects():
        if isinstance(obj, mmap.mmap):
            found |= set(TOKEN.findall(obj[:]))
    for line in Path("/proc/self/maps").read_text().splitlines():
        if "memfd:connector-kit" in line:
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            found |= set(TOKEN.findall(ctypes.string_at(start, end - start)))
    return sorted(item.decode() for item in found)


def reads_other_processes(options):
    """What of the memory and the environment of processes can be read."""
    readable = []
    for pid in options["others"]:
        for name in ("environ", "mem", "maps"):
            try:
                with Path(f"/proc/{pid}/{name}").open("rb") as file:
                    file.read(0 if name == "mem" else 1)
            except OSError:
                continue
            readable.append(pid)
    return sorted(set(readable))


def secrets_in_environment(_options):
    held = b"\0".join(f"{name}={value}".encode() for name, value in os.environ.items())
    started_with = Path("/proc/self/environ").read_bytes()
    return sorted({item.decode() for item in SECRET.findall(held + started_with)})


def variables(options):
    return {name: os.environ.get(name) for name in options["names"]}


def signals(options):
    try:
        os.kill(options["pid"], signal.SIGTERM)
    except PermissionError:
        return "refused"
    return "sent"


def kills_its_parent(_options):
    try:
        os.kill(os.getppid(), signal.SIGKILL)
    except PermissionError:
        return "refused"
    return "sent"


def forks(options):
    """Start processes that sleep, each in a session of its own if it wants to get away."""
    pids = []
    for _ in range(options["times"]):
        pid = os.fork()
        if pid == 0:
            if options.get("away"):
                os.setsid()
                if os.fork():
                    os._exit(0)
            _write_down(options, os.getpid())
            time.sleep(60)
            os._exit(0)
        pids.append(pid)
    return pids


def forks_and_hangs(options):
    forks(options)
    time.sleep(60)


def starts_programs(options):
    for _ in range(options["times"]):
        started = subprocess.Popen(["sleep", "60"], start_new_session=True)
        _write_down(options, started.pid)
    return "done"


def runs_a_program(_options):
    command = [sys.executable, "-c", "print(7)"]
    return int(subprocess.run(command, capture_output=True, check=True).stdout)


def shares_memory_with_children(options):
    """Take memory in children, each less than the limit."""
    for _ in range(options["times"]):
        if os.fork() == 0:
            kept = b"x" * (options["mebibytes"] * 1024 * 1024)
            time.sleep(60)
            os._exit(len(kept) and 0)
    time.sleep(60)


def _write_down(options, pid):
    with Path(options["file"]).open("a") as file:
        file.write(f"{pid}\n")


def echo(options):
    return options["data"]


def pid(_options):
    return os.getpid()


def waits_for_a_file(options):
    """Tell in a file that it has begun, and end when there is another one."""
    Path(options["begun"]).touch()
    while not Path(options["end"]).exists():
        time.sleep(0.01)
    return os.getpid()


def registry() -> Registry:
    functions = {
        name: value
        for name, value in globals().items()
        if getattr(value, "__module__", "") == __name__ and name != "registry" and name[0] != "_"
    }
    return Registry(connectors={CONNECTOR_ID: FunctionModule(hooks=functions)})
