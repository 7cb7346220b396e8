"""Samples as files: ``<connector>/<type>.<function>.<number>.json``, to be kept beside tests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from connector_kit.errors import ConnectorKitError
from connector_kit.file_names import file_name

MOST_FILES = 1000
"""Samples that one folder takes, of all functions together."""


class UnreadableSampleError(ConnectorKitError, ValueError):
    """A file is not a sample, or there is none; says which, and what to do."""


@dataclass(frozen=True)
class Sample:
    """One call, as the body of ``POST /function``, and the answer to it.

    *answer* is the function's result when *status* is 200, else the list of errors. *recorded* says
    when, as ISO 8601.
    """

    call: dict[str, Any] = field(repr=False)
    status: int
    answer: Any = field(repr=False)
    recorded: str = ""

    @property
    def failed(self) -> bool:
        """Whether the function failed."""
        return self.status != 200

    @property
    def stem(self) -> str:
        """The beginning of its file's path, which it shares with others of its kind."""
        owner = "diy" if self.call.get("diy") else self.call.get("_connectorId")
        words = [
            self.call.get("type"),
            self.call.get("function"),
            "failed" if self.failed else None,
        ]
        return f"{file_name(str(owner))}/{file_name(*(str(word) for word in words if word))}"

    def to_json(self) -> dict[str, Any]:
        """Return the sample as its file holds it."""
        outcome = {"errors": self.answer} if self.failed else {"result": self.answer}
        return {"recorded": self.recorded, "call": self.call, "status": self.status, **outcome}

    @classmethod
    def read(cls, file: Path) -> Self:
        """Return the sample in *file*; raises UnreadableSampleError."""
        try:
            data = json.loads(file.read_text(encoding="utf-8"))
            answer = data["result"] if data["status"] == 200 else data["errors"]
            call = {**data["call"], "function": data["call"]["function"]}
            return cls(call, int(data["status"]), answer, str(data.get("recorded", "")))
        except (ValueError, LookupError, TypeError) as error:
            raise UnreadableSampleError(
                f"{file} is not a sample ({type(error).__name__}). Delete it, or record it again."
            ) from error

    def keep(self, folder: Path, most: int) -> Path | None:
        """Write the sample into *folder*, unless there are *most* of its kind, or one like it.

        Several processes may do so at a time. Raises OSError.
        """
        if self.is_enough(folder, most):
            return None
        if any(_is_like(self, path) for path in _of_kind(folder, self.stem)):
            return None
        (folder / self.stem).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for number in range(1, most + 1):
            file = folder / f"{self.stem}.{number}.json"
            try:
                file.touch(mode=0o600, exist_ok=False)
            except FileExistsError:  # another process has claimed it
                continue
            draft = file.with_suffix(".draft")
            draft.touch(mode=0o600)
            text = json.dumps(self.to_json(), indent=2, ensure_ascii=False) + "\n"
            # Half a character is written as its escape.
            draft.write_bytes(text.encode("utf-8", "backslashreplace"))
            draft.replace(file)
            return file
        return None

    def is_enough(self, folder: Path, most: int) -> bool:
        """Tell whether *folder* has *most* of this kind, or is full."""
        count = sum(1 for _ in _of_kind(folder, self.stem))
        return count >= most or sum(1 for _ in sample_files(folder)) >= MOST_FILES


def read_samples(folder: Path) -> dict[str, Sample]:
    """Return the samples in *folder* by their path in it, without the ending.

    Raises UnreadableSampleError when there are none, or for a file that is none.
    """
    files = [sample for sample in sample_files(folder) if sample.stat().st_size]
    if not files:
        raise UnreadableSampleError(
            f"There are no samples in {folder}. To record some, run 'connector-kit record start'."
        )
    names = [file.relative_to(folder).with_suffix("").as_posix() for file in files]
    return {name: Sample.read(file) for name, file in zip(names, files, strict=True)}


def sample_files(folder: Path) -> Iterator[Path]:
    """Yield the files in *folder*, in order of their names."""
    yield from sorted(folder.glob("**/*.json"))


def _of_kind(folder: Path, stem: str) -> Iterator[Path]:
    path = folder / stem
    numbered = re.compile(rf"{re.escape(path.name)}\.\d+\.json")
    if path.parent.is_dir():
        yield from (item for item in path.parent.iterdir() if numbered.fullmatch(item.name))


def _is_like(sample: Sample, file: Path) -> bool:
    try:
        known = Sample.read(file)
    except (UnreadableSampleError, OSError):
        return False  # another process is about to write it
    return known.call == sample.call
