"""Functions for very many calls: one that answers, and all that fail short of the deadline.

Each call has an id of its own, which comes back with its answer or with its error.
"""

import os
import sys
import threading

from connector_kit.extension import ExtensionError

MEBIBYTE = 1024 * 1024


def _echo(options):
    return [{"data": record} for record in options["data"]]


def _raise(options):
    raise LookupError(f"no order {options['id']}")


def _raise_coded(options):
    raise ExtensionError("no_lines", f"no lines in {options['id']}")


async def _raise_async(options):
    raise LookupError(f"no order {options['id']}")


def _raise_in_thread(options):
    threading.Thread(target=_raise, args=(options,)).start()
    return "done"


def _call_back_error(options, callback):
    callback({"code": "out_of_stock", "message": f"nothing for {options['id']}"})


def _call_back_twice(_options, callback):
    callback(None, 1)
    callback(None, 2)


def _never_call_back(_options, _callback):
    pass


def _yield_twice(_options):
    yield 1
    yield 2


def _leave_one_out(options):
    return _echo(options)[1:]


def _answer_an_object(_options):
    return {"lock": threading.Lock()}


def _answer_too_much(_options):
    return [{"data": "x" * (6 * MEBIBYTE)}]


def _exit(_options):
    sys.exit("enough")


def _end_process(_options):
    os._exit(1)


def _crash(_options):
    os.kill(os.getpid(), 11)


def _take_all_memory(_options):
    kept = []
    while True:
        kept.append(bytearray(32 * MEBIBYTE))


hooks = {
    "echo": _echo,
    "raise": _raise,
    "raise_coded": _raise_coded,
    "raise_async": _raise_async,
    "raise_in_thread": _raise_in_thread,
    "call_back_error": _call_back_error,
    "call_back_twice": _call_back_twice,
    "never_call_back": _never_call_back,
    "yield_twice": _yield_twice,
    "leave_one_out": _leave_one_out,
    "answer_an_object": _answer_an_object,
    "answer_too_much": _answer_too_much,
    "exit": _exit,
    "end_process": _end_process,
    "crash": _crash,
    "take_all_memory": _take_all_memory,
}
