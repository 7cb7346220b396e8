"""A local integrator.io: many accounts, in memory, over HTTP.

A second, independent reading of the protocol: it imports nothing else of the kit. It is sorted as
the platform's own API reference is, with a package for each resource. Such a package holds the
routes of its resource, what is remembered of it (``store``), and what the platform does with it:
``flows`` runs flows, ``stacks`` calls functions. ``apps`` is the life of an installed connector.
What resources share is in ``http`` (how a request is answered), ``documents`` (what any document
is), ``pipeline`` (what exports and imports do with records) and ``clones``. ``platform`` is all of
it as one object, ``routes`` the table of everything that is answered, and ``control`` the routes
that are the sandbox's own.
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
