"""What the system is asked to do so that a function process keeps to itself. Linux only.

Elsewhere, and where the kernel is too old or forbids it, each of these does nothing; what is left
then is said in docs/functions.md.
"""

from __future__ import annotations

import ctypes
import os
import signal
import struct
import sys
from contextlib import suppress

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4
_PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 36, 38

_LANDLOCK_CREATE_RULESET, _LANDLOCK_RESTRICT_SELF = 444, 446
_MAKE_DEVICES = 1 << 6 | 1 << 11
"""Making character and block devices: the one kind of act on files that is forbidden. A domain has
to forbid some."""
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11
_ABI_WITH_SCOPES = 6

_CAPABILITIES_VERSION = 0x20080522
_OWN_FILES = 1 << 0 | 1 << 1 | 1 << 3
"""CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER: what root may do to files; it keeps nothing else."""

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def hide() -> None:
    """Keep processes of the same user from reading this one's memory and environment."""
    _prctl(_PR_SET_DUMPABLE, 0)


def end_with_parent(number: signal.Signals = signal.SIGKILL) -> None:
    """Have this process get signal *number* as soon as the thread that forked it has ended."""
    _prctl(_PR_SET_PDEATHSIG, number)


def adopt_orphans() -> None:
    """Become the parent of descendants whose parents end, so that none escapes."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def confine() -> None:
    """Keep this process, and what it starts, from looking into others and from signaling them."""
    hide()
    if _libc is None:
        return
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    # A Landlock domain of its own, out of which no process can be traced or read.
    abi = _libc.syscall(_LANDLOCK_CREATE_RULESET, None, 0, 1)
    if abi >= 1:
        rules = struct.pack("<QQQ", _MAKE_DEVICES, 0, _ABSTRACT_SOCKETS_AND_SIGNALS)
        known = len(rules) if abi >= _ABI_WITH_SCOPES else 8
        ruleset = _libc.syscall(_LANDLOCK_CREATE_RULESET, rules, known, 0)
        if ruleset >= 0:
            _libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0)
            with suppress(OSError):
                os.close(ruleset)
    if os.geteuid() == 0:
        header = struct.pack("<Ii", _CAPABILITIES_VERSION, 0)
        kept = struct.pack("<IIIIII", _OWN_FILES, _OWN_FILES, 0, 0, 0, 0)
        with suppress(AttributeError):
            _libc.capset(header, kept)


def _prctl(option: int, argument: int) -> None:
    if _libc is not None:
        _libc.prctl(option, argument, 0, 0, 0)
