"""What every server that answers function calls is configured with, with or without Django.

`connector_kit.conf.Settings` has these beside the settings of the server with a database,
`extension.configuration.StandaloneSettings` beside those of `connector-kit-stack`.
"""

from dataclasses import dataclass
from typing import Annotated

from connector_kit import parsing
from connector_kit.environment import Variable, variables
from connector_kit.logs import FORMAT, FORMATS
from connector_kit.parsing import ConnectorEntry

MEBIBYTE = 1024 * 1024

PORT = 8000
"""The port unless told otherwise: one that needs no privileges. The reference's is 80."""


@dataclass(frozen=True)
class Limits:
    """What calls may take, per serving process.

    *calls* run at once, more wait *patience* seconds for a process; a call that has not answered
    after *seconds* is ended, and one process may allocate *memory_mb* mebibytes (0: no limit). A
    call may start up to *processes* at once, and a function process ends after *calls_per_process*
    calls (0: only when there is a reason).
    """

    calls: int = 16
    patience: float = 5.0
    seconds: float = 290.0
    memory_mb: int = 1024
    processes: int = 16
    calls_per_process: int = 0


@dataclass(frozen=True)
class Bounds:
    """What strangers may take up of a server process at a time, as `StackSettings` has it."""

    body_seconds: float = 60.0
    bodies_mb: int = 100
    upload_mb: int = 10
    pages: int = 8
    connections: int = 4096


@dataclass(frozen=True, repr=False)
class StackSettings:
    """The settings of a server that answers function calls."""

    connectors: Annotated[
        tuple[ConnectorEntry, ...],
        Variable(
            "CONNECTOR_KIT_CONNECTORS",
            parsing.connectors,
            "The served connectors, each as `[<connectorId>=]package.module[:Class]`. Without a "
            "database each needs its id.",
            number=212,
        ),
    ] = ()
    system_tokens: Annotated[
        tuple[str, ...],
        Variable(
            "CONNECTOR_KIT_SYSTEM_TOKEN",
            parsing.words,
            "The system token of the stack record, which integrator.io sends to identify itself. "
            "Several, separated by commas, while you rotate the token.",
            number=211,
            is_secret=True,
        ),
    ] = ()
    port: Annotated[
        int,
        Variable(
            "CONNECTOR_KIT_PORT",
            parsing.whole(1, 65_535),
            "The port that the server listens on.",
            number=231,
        ),
    ] = PORT
    contracts: Annotated[
        bool,
        Variable(
            "CONNECTOR_KIT_CONTRACTS",
            parsing.boolean,
            "Check results against what integrator.io expects before returning them.",
            number=232,
        ),
    ] = True
    isolation: Annotated[
        bool,
        Variable(
            "CONNECTOR_KIT_ISOLATION",
            parsing.boolean,
            "Run functions in separate processes. Turn off for debuggers and on systems that "
            "cannot fork; a function that hangs then blocks a thread.",
            number=220,
        ),
    ] = True
    calls: Annotated[
        int,
        Variable(
            "CONNECTOR_KIT_CALLS",
            parsing.whole(1, 1000),
            "Function calls that run in parallel, per server process.",
            number=221,
        ),
    ] = Limits.calls
    call_seconds: Annotated[
        float,
        Variable(
            "CONNECTOR_KIT_CALL_SECONDS",
            parsing.number(0.1, 3600),
            "Seconds after which a function that has not returned is stopped.",
            number=222,
        ),
    ] = Limits.seconds
    call_patience_seconds: Annotated[
        float,
        Variable(
            "CONNECTOR_KIT_CALL_PATIENCE_SECONDS",
            parsing.number(0, 300),
            "Seconds that a call waits for a free process before it is refused with status 503.",
            number=223,
        ),
    ] = Limits.patience
    call_memory_mb: Annotated[
        int,
        Variable(
            "CONNECTOR_KIT_CALL_MEMORY_MB",
            parsing.whole(0, 1_000_000),
            "Mebibytes of memory that a function may use; 0 for no limit.",
            number=224,
        ),
    ] = Limits.memory_mb
    call_processes: Annotated[
        int,
        Variable(
            "CONNECTOR_KIT_CALL_PROCESSES",
            parsing.whole(0, 1000),
            "Processes that a function may start at a time. They end with its call.",
            number=233,
        ),
    ] = Limits.processes
    calls_per_process: Annotated[
        int,
        Variable(
            "CONNECTOR_KIT_CALLS_PER_PROCESS",
            parsing.whole(0, 1_000_000),
            "Calls after which a function process is replaced; 0 for never. With 1, no call sees "
            "anything that another call left in memory, but small calls take several times as "
            "long.",
            number=234,
        ),
    ] = Limits.calls_per_process
    functions_environment: Annotated[
        tuple[str, ...],
        Variable(
            "CONNECTOR_KIT_FUNCTIONS_ENVIRONMENT",
            parsing.words,
            "Additional environment variables for functions, separated by commas; patterns are "
            "allowed: `SHOP_*`.",
            number=235,
        ),
    ] = ()
    log_format: Annotated[
        str,
        Variable(
            FORMAT,
            parsing.one_of(*FORMATS),
            "What a line of the log is: text for people, or an object of JSON for programs.",
            number=237,
        ),
    ] = FORMATS[0]
    body_seconds: Annotated[
        float,
        Variable(
            "CONNECTOR_KIT_BODY_SECONDS",
            parsing.number(1, 3600),
            "Seconds within which a request's body must arrive.",
            number=225,
        ),
    ] = Bounds.body_seconds
    bodies_mb: Annotated[
        int,
        Variable(
            "CONNECTOR_KIT_BODIES_MB",
            parsing.whole(50, 1_000_000),
            "Mebibytes for all large bodies (over 64 KiB) of function calls at a time, per "
            "server process; other requests have the same limit. More is refused with status 503.",
            number=226,
        ),
    ] = Bounds.bodies_mb
    upload_mb: Annotated[
        int,
        Variable(
            "CONNECTOR_KIT_UPLOAD_MB",
            parsing.whole(1, 50),
            "Maximum mebibytes of a request body, except function calls.",
            number=227,
        ),
    ] = Bounds.upload_mb
    pages: Annotated[
        int,
        Variable(
            "CONNECTOR_KIT_PAGES",
            parsing.whole(1, 1000),
            "Page and API requests served in parallel, per server process.",
            number=228,
        ),
    ] = Bounds.pages
    connections: Annotated[
        int,
        Variable(
            "CONNECTOR_KIT_CONNECTIONS",
            parsing.whole(100, 1_000_000),
            "Open connections per server process; more wait until one closes.",
            number=229,
        ),
    ] = Bounds.connections

    @property
    def limits(self) -> Limits:
        """What function calls may take."""
        return Limits(
            calls=self.calls,
            patience=self.call_patience_seconds,
            seconds=self.call_seconds,
            memory_mb=self.call_memory_mb,
            processes=self.call_processes,
            calls_per_process=self.calls_per_process,
        )

    @property
    def bounds(self) -> Bounds:
        """What strangers may take up of a server process."""
        return Bounds(
            body_seconds=self.body_seconds,
            bodies_mb=self.bodies_mb,
            upload_mb=self.upload_mb,
            pages=self.pages,
            connections=self.connections,
        )

    def __repr__(self) -> str:
        public = (
            f"{name}={getattr(self, name)!r}"
            for name, variable in variables(type(self)).items()
            if not variable.is_secret
        )
        return f"{type(self).__name__}({', '.join(public)})"
