"""What strangers may take up of a server process; told by the environment."""

from dataclasses import dataclass

from connector_kit import parsing
from connector_kit.parsing import Variable

MEBIBYTE = 1024 * 1024

BOUNDS = {
    "body_seconds": Variable(
        "CONNECTOR_KIT_BODY_SECONDS",
        parsing.number(1, 3600),
        "Seconds in which the body of a request has to come.",
        number=225,
    ),
    "bodies_mb": Variable(
        "CONNECTOR_KIT_BODIES_MB",
        parsing.whole(50, 1_000_000),
        "Mebibytes that all large bodies (over 64 KiB) of function calls may take up at a time, "
        "per server process, and as much again those of all else. More is refused with status 503.",
        number=226,
    ),
    "upload_mb": Variable(
        "CONNECTOR_KIT_UPLOAD_MB",
        parsing.whole(1, 50),
        "Mebibytes that a body may have which is not a function call's.",
        number=227,
    ),
    "pages": Variable(
        "CONNECTOR_KIT_PAGES",
        parsing.whole(1, 1000),
        "Requests to pages and API that are answered at a time, per server process.",
        number=228,
    ),
    "connections": Variable(
        "CONNECTOR_KIT_CONNECTIONS",
        parsing.whole(100, 1_000_000),
        "Connections that a server process holds at a time; more wait until one is closed.",
        number=229,
    ),
}
"""The environment variable of every bound."""


@dataclass(frozen=True)
class Bounds:
    """How much of a server process may be taken up at a time, as `BOUNDS` describes it."""

    body_seconds: float = 60.0
    bodies_mb: int = 100
    upload_mb: int = 10
    pages: int = 8
    connections: int = 4096
