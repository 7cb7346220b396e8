"""A local integrator.io: many accounts, in memory, over HTTP.

A second, independent reading of the protocol: it imports nothing else of the kit. Within, imports
run downhill: ``server`` and ``app``, ``routes`` (what is answered), ``platform`` (all of it as one
object), ``calling`` (how it calls stacks), ``traffic`` (limit, faults, journal), ``memory`` (what
it remembers), ``documents`` (what a document is).
"""

from connector_kit.sandbox.options import Options
from connector_kit.sandbox.server import Sandbox

__all__ = ["Options", "Sandbox"]
