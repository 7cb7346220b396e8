"""Functions that do what a function must not, each in a way of its own."""

import asyncio
import logging
import os
import sys
import threading
import time
from pathlib import Path

from connector_kit.extension import Dispatcher, FunctionModule, Registry
from connector_kit.extension.isolation import asking

CONNECTOR_ID = "64a1f0c2b3d4e5f6071828ff"


def raises(_options):
    raise LookupError("no such order")


def raises_with_the_record(options):
    raise ValueError(f"cannot map {options['data']}")


def raises_the_record_as_its_code(options):
    failure = ValueError("cannot map it")
    failure.code = f"bad {options['data']}"
    raise failure


class _Quota(Exception):
    def __init__(self, told):
        self.told = told

    def __str__(self):
        return self.told["reason"]


class _Silent(Exception):
    __str__ = lambda _: None  # noqa: E731


class _Coded(Exception):
    @property
    def code(self):
        raise ValueError("not known yet")


class _Leaving(Exception):
    __str__ = lambda _: sys.exit(3)  # noqa: E731


class _Stop(BaseException):
    pass


def raises_what_has_no_text(_options):
    raise _Quota({})


def raises_what_has_none_for_a_text(_options):
    raise _Silent


def raises_what_has_no_code(_options):
    raise _Coded("x")


def raises_what_exits_when_shown(_options):
    raise _Leaving


def raises_no_exception(_options):
    raise _Stop("over")


def raises_cancelled(_options):
    raise asyncio.CancelledError


def raises_half_a_character(_options):
    raise LookupError("no \ud83d and no \x00")


class _Waiting(Exception):
    def __str__(self):
        while _Waiting:
            time.sleep(0.1)
        return "at last"


class _Endless(Exception):
    __str__ = lambda _: "x" * 5_000_000  # noqa: E731


class _Stopping(Exception):
    __str__ = lambda _: (_ for _ in ()).throw(_Stop("within"))  # noqa: E731


class _Formatted(str):
    __slots__ = ()

    def __format__(self, _):
        raise ValueError("not to be formatted")

    __str__ = __getitem__ = replace = __format__


class _Odd(Exception):
    __str__ = lambda _: _Formatted("odd, but told")  # noqa: E731


def raises_what_never_ends_its_text(_options):
    raise _Waiting


def raises_what_has_a_text_without_end(_options):
    raise _Endless


def raises_what_stops_when_shown(_options):
    raise _Stopping


def raises_a_text_of_its_own_kind(_options):
    raise _Odd


def raises_several(_options):
    failures = []
    for number in range(9):
        try:
            raises_no_exception(None) if number == 1 else raises(None)
        except BaseException as failure:  # noqa: BLE001
            failures.append(failure)
    nested = BaseExceptionGroup("inner", failures)
    raise BaseExceptionGroup("nine orders failed", [_Quota({}), nested])


def raises_its_own_cause(_options):
    error = LookupError("around and around")
    error.__cause__ = error.__context__ = ValueError("other")
    error.__cause__.__cause__ = error
    raise error


def raises_the_end_of_a_generator(_options):
    raise GeneratorExit("over")


def calls_back_with_what_has_no_text(_options, callback):
    callback(_Quota({}))


def answers_half_a_character(_options):
    return {"name": "x\ud83d", "share": float("nan")}


def raises_later(_options):
    threading.Thread(target=_fail_soon).start()
    return "done"


def _fail_soon():
    time.sleep(0.05)
    raise LookupError("failed after the answer")


async def raises_later_in_a_task(_options):
    _later.append(asyncio.create_task(_fail_in_a_moment()))
    return "done"


async def raises_later_in_a_callback(_options):
    asyncio.get_running_loop().call_soon(_fail_soon)
    await asyncio.sleep(0.2)
    return "done"


_later = []


async def _fail_in_a_moment():
    await asyncio.sleep(0.05)
    raise LookupError("failed after the answer")


def yields_twice(_options):
    yield "first"
    yield "second"


async def yields_twice_asynchronously(_options):
    yield "first"
    yield "second"


def calls_back_twice(_options, callback):
    callback(None, "first")
    callback(None, "second")


def calls_back_later_and_again(_options, callback):
    callback(None, "first")
    threading.Timer(0.05, callback, (None, "second")).start()


def never_answers(_options):
    while True:
        pass


def waits_forever(_options):
    threading.Event().wait()


async def awaits_forever(_options):
    await asyncio.Event().wait()


def never_calls_back(_options, callback):
    pass


async def is_asynchronous(options):
    await asyncio.sleep(0)
    return {"pid": os.getpid(), **options}


def yields_once(options):
    yield options["answer"]


def calls_back(options, callback):
    callback(None, options["answer"])


def calls_back_from_a_thread(options, callback):
    threading.Timer(0.05, callback, (None, options["answer"])).start()


def calls_back_with_an_error(_options, callback):
    callback({"code": "out_of_stock", "message": "Nothing is left."})


def answers_an_object(_options):
    return {"socket": threading.Lock()}


def answers_too_much(_options):
    return "\u00fc" * 3_000_000


def takes_all_memory(_options):
    kept = []
    while True:
        kept.append(bytes(16 * 1024 * 1024))  # which is not touched: that would take long


def keeps_memory(options, kept=[]):  # noqa: B006 - what it keeps outlives the call
    kept.append(b"x" * (options["mebibytes"] * 1024 * 1024))
    return os.getpid()


def crashes(_options):
    os.kill(os.getpid(), 11)


def ends_its_process(_options):
    os._exit(0)


def exits(_options):
    sys.exit("enough")


def sleeps(options):
    time.sleep(options["seconds"])
    return "slept"


def waits_for_a_file(options):
    """Tell in a file that it has begun, and end when there is another one."""
    Path(options["begun"]).touch()
    while not Path(options["end"]).exists():
        time.sleep(0.01)
    return "waited"


def waits_for_company(options):
    """End when as many calls as the *number* run at once; returns how many those are."""
    folder = Path(options["folder"])
    (folder / str(os.getpid())).touch()
    while len(list(folder.iterdir())) < options["number"]:
        time.sleep(0.01)
    return len(list(folder.iterdir()))


def pid(_options):
    return os.getpid()


def echo(options):
    return options["data"]


def leaves_a_thread_behind(_options):
    threading.Thread(target=threading.Event().wait).start()
    return os.getpid()


def dies_when_idle(_options):
    timer = threading.Timer(0.1, os._exit, (1,))
    timer.daemon = True  # which nobody waits for
    timer.start()
    return os.getpid()


def dies_taking_the_next_call(_options):
    """End in the moment at which the next call has come, and has not begun yet."""
    Dispatcher.__call__ = lambda *_: os._exit(1)
    return os.getpid()


def asks(_options):
    return asking.ask({})


def writes_down(options):
    with Path(options["file"]).open("a") as file:
        file.write(f"{options['line']}\n")
    return options["line"]


def writes_down_and_crashes(options):
    writes_down(options)
    os.kill(os.getpid(), 11)


def registry() -> Registry:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    functions = {
        name: value
        for name, value in globals().items()
        if getattr(value, "__module__", "") == __name__
        and not name.endswith("registry")
        and not name.startswith("_")
    }
    return Registry(connectors={CONNECTOR_ID: FunctionModule(hooks=functions)})


def partial_registry() -> Registry:
    """Return the registry of processes that have none of these functions."""
    return Registry(connectors={CONNECTOR_ID: FunctionModule()}, is_partial=True)
