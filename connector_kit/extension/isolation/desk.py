"""The desk: where calls lie, the seats at which callers wait, and the notes of who took which call.

It is made of sockets and memory, which function processes inherit through the nursery. Taking a
call off the desk is one step of the kernel's: no call is ever taken twice.
"""

from __future__ import annotations

import mmap
import os
import select
import socket
import struct
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from connector_kit.extension.isolation.messages import CALL, MOST, TICKET
from connector_kit.extension.isolation.rooms import KEPT, Room, file_without_name

QUICK_SECONDS = 0.02
"""How long a caller just waits. Then it looks what has become of its call."""

PLACES = 4096
"""How many processes can have a place for their notes."""

NOBODY = 0
"""The ticket of no call: noted by a process that waits for one."""

LEAVE = 2**64 - 1
"""The ticket of what is no call: whoever takes it off the desk ends."""

_NOTE = struct.Struct("<dQ")
_KIND = socket.SOCK_SEQPACKET if sys.platform == "linux" else socket.SOCK_DGRAM
_BUFFER = 512 * 1024


class Seat:
    """Where one caller at a time waits; *far* is for the function process that has the call."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.near, self.far = _pair()
        self.room = Room(file_without_name(KEPT))

    def wait(self, seconds: float) -> bool:
        """Tell whether something is said here within *seconds*."""
        poll = select.poll()
        poll.register(self.near, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def clear(self) -> None:
        """Throw away what a process that was given up may have left."""
        with suppress(BlockingIOError):
            while self.near.recv(1, socket.MSG_DONTWAIT):
                pass
        self.room.tidy()

    def close(self) -> None:
        """Clear the seat away."""
        self.near.close()
        self.far.close()
        os.close(self.room.file)


class Notes:
    """Which call each process has taken and when, in memory that all of them see."""

    def __init__(self, file: int) -> None:
        self._memory = mmap.mmap(file, PLACES * _NOTE.size)

    def write(self, place: int, ticket: int) -> None:
        """Note that the process at *place* has now taken the call with *ticket*."""
        _NOTE.pack_into(self._memory, place * _NOTE.size, time.monotonic(), ticket)

    def read(self, place: int) -> tuple[int, float]:
        """Return the ticket and the time that the process at *place* has noted last.

        The time is written before the ticket and read after it, so that it is not an older one's.
        """
        ticket: int = _NOTE.unpack_from(self._memory, place * _NOTE.size)[1]
        since: float = _NOTE.unpack_from(self._memory, place * _NOTE.size)[0]
        return ticket, since


class Desk:
    """The desk as the serving process sees it."""

    def __init__(self, seats: int) -> None:
        self.near, self._far = _pair()
        self.seats = [Seat(number) for number in range(seats)]
        self._file = file_without_name(PLACES * _NOTE.size)
        self.notes = Notes(self._file)

    @property
    def inheritance(self) -> tuple[int, ...]:
        """The file descriptors from which `Inherited` is made in a function process."""
        of_seats = [each for seat in self.seats for each in (seat.far.fileno(), seat.room.file)]
        return (self._file, self._far.fileno(), *of_seats)

    def dismiss(self) -> None:
        """Let one process end: whichever has nothing else to do."""
        with suppress(BlockingIOError):
            self.near.send(CALL.pack(LEAVE, 0, 0.0, 0, 0), socket.MSG_DONTWAIT)

    @property
    def is_empty(self) -> bool:
        """Whether all calls have been taken."""
        try:
            self._far.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        return False

    def withdraw(self, ticket: int) -> bool:
        """Take the call with *ticket* back; tell whether it still lay there.

        Only for when there is no process that could take one meanwhile.
        """
        lying: list[bytes] = []
        with suppress(BlockingIOError):
            while True:
                lying.append(self._far.recv(MOST, socket.MSG_DONTWAIT))
        others = [each for each in lying if TICKET.unpack_from(each)[0] != ticket]
        for each in others:
            self.near.send(each)
        return len(others) < len(lying)

    def close(self) -> None:
        """Clear the desk away: processes end when they look for their next call."""
        self.near.close()
        self._far.close()
        for seat in self.seats:
            seat.close()
        os.close(self._file)


class Inherited:
    """The desk as a function process sees it."""

    def __init__(self, inheritance: Sequence[int]) -> None:
        file, calls, *of_seats = inheritance
        self.notes = Notes(file)
        self.seats = [
            (socket.socket(fileno=far), Room(room))
            for far, room in zip(of_seats[::2], of_seats[1::2], strict=True)
        ]
        self._calls = socket.socket(fileno=calls)
        self._bell: select.epoll | None = None
        self._before_waiting: Callable[[], None] = lambda: None

    def watch(self, *, before_waiting: Callable[[], None]) -> None:
        """Be woken for new calls; the first to watch that is idle is the one to be woken.

        *before_waiting* is called when there is none at the moment.

        So a server with little to do has one process that stays warm. Elsewhere than on Linux they
        take turns.
        """
        self._before_waiting = before_waiting
        if hasattr(select, "epoll"):
            self._bell = select.epoll()
            self._bell.register(self._calls, select.EPOLLIN | select.EPOLLEXCLUSIVE)

    def take(self) -> bytes:
        """Return the next call, once there is one; nothing when the serving process has ended."""
        if self._bell is None:
            self._before_waiting()
            return self._calls.recv(MOST)
        while True:
            try:
                return self._calls.recv(MOST, socket.MSG_DONTWAIT)
            except BlockingIOError:
                self._before_waiting()
                self._bell.poll()


def _pair() -> tuple[socket.socket, socket.socket]:
    """Return two ends, the first of which waits for a moment only."""
    near, far = socket.socketpair(socket.AF_UNIX, _KIND)
    for end in (near, far):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
    # The kernel watches the time: a time-out of Python's would cost a poll for each message.
    moment = struct.pack("ll", 0, int(QUICK_SECONDS * 1_000_000))
    near.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, moment)
    near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, moment)
    return near, far
