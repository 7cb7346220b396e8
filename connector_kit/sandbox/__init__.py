"""A local integrator.io: many accounts, in memory, over HTTP.

A second, independent reading of the protocol: it imports nothing else of the kit. Within, imports
run downhill: ``server`` and ``app``, ``routes`` (what is answered), ``platform`` (all of it as one
object), ``calling`` (how it calls stacks), ``traffic`` (limit, faults, journal), ``memory`` (what
it remembers), ``documents`` (what a document is).
"""

from connector_kit.sandbox.options import Options

try:
    from connector_kit.sandbox.server import Sandbox
except ModuleNotFoundError as missing:
    if (missing.name or "").partition(".")[0] not in ("aiohttp", "quickjs"):
        raise
    raise ModuleNotFoundError(
        "The local integrator.io is not installed. Install it with: "
        "pip install 'connector-kit[sandbox]'",
        name=__name__,
    ) from missing

__all__ = ["Options", "Sandbox"]
