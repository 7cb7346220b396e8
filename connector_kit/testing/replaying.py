"""Recorded calls, made again and compared: every sample is a test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from connector_kit.extension.recording import Sample, read_samples
from connector_kit.testing.failures import CallFailed
from connector_kit.testing.platform import Platform

MOST_DIFFERENCES = 10
"""Differences that a failure lists."""


class Replay:
    """A sample of a live call, to be made again; shown by pytest under its file's name.

    *ignore* are patterns of the names of fields that differ from call to call.
    """

    def __init__(
        self, name: str, sample: Sample, platform: Platform, ignore: Sequence[str] = ()
    ) -> None:
        self.name = self.__name__ = name
        self.sample = sample
        self._platform = platform
        self._ignore = tuple(ignore)

    def __repr__(self) -> str:
        return f"<Replay {self.name}>"

    def check(self) -> None:
        """Make the call again; raises AssertionError when its answer is another one."""
        differences = self.differences()
        if differences:
            lines = "\n".join(f"  {difference}" for difference in differences[:MOST_DIFFERENCES])
            more = len(differences) - MOST_DIFFERENCES
            rest = f"\n  and {more} more" if more > 0 else ""
            raise AssertionError(f"{self.name} is answered otherwise than recorded:\n{lines}{rest}")

    def differences(self) -> list[str]:
        """Make the call again; returns how its answer differs from what was recorded."""
        call = self.sample.call
        try:
            answer = self._platform.send(call.get("type"), call["function"], call.get("options"))
            status = 200
        except CallFailed as failed:
            status, answer = failed.status, failed.to_json()["errors"]
        if status != self.sample.status:
            return [f"status: {self.sample.status} was recorded, now {status}: {answer!r}"]
        return list(_differences("", self.sample.answer, answer, self._ignore))


def replay(
    folder: str | Path, target: object, *, ignore: Sequence[str] = (), **how: Any
) -> list[Replay]:
    """Return the samples in *folder*, for `pytest.mark.parametrize`; ``check()`` is the test.

    *target* and *how* are what `Platform` takes. Raises UnreadableSampleError when there are no
    samples: a test of nothing would pass.
    """
    platform = Platform(target, **how)
    samples = read_samples(Path(folder))
    return [Replay(name, sample, platform, ignore) for name, sample in samples.items()]


def _differences(path: str, expected: Any, got: Any, ignore: Sequence[str]) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(got, dict):
        for name in {**expected, **got}:
            if not any(fnmatchcase(name, word) for word in ignore):
                inner = f"{path}.{name}" if path else name
                yield from _of_field(inner, name, expected, got, ignore)
    elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        for index, (before, now) in enumerate(zip(expected, got, strict=True)):
            yield from _differences(f"{path}[{index}]", before, now, ignore)
    elif isinstance(expected, list) and isinstance(got, list):
        yield f"{path or 'the result'}: {len(expected)} entries were recorded, now {len(got)}"
    elif expected != got or isinstance(expected, bool) is not isinstance(got, bool):
        yield f"{path or 'the result'}: {expected!r} was recorded, now {got!r}"


def _of_field(
    path: str, name: str, expected: dict[str, Any], got: dict[str, Any], ignore: Sequence[str]
) -> Iterator[str]:
    if name not in got:
        yield f"{path}: {expected[name]!r} was recorded, now it is not there"
    elif name not in expected:
        yield f"{path}: {got[name]!r} is new"
    else:
        yield from _differences(path, expected[name], got[name], ignore)
