"""What a server serves of a connector, checked before a version is published or rolled out.

The kit calls its own servers as the platform does, with ``POST /function`` and the stack's system
token: the answer comes from the code, isolation and settings that customers' flows use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from django.core.signing import BadSignature, Signer

from connector_kit import blueprint
from connector_kit.adoption.loaded import loaded
from connector_kit.adoption.loading import LoadError
from connector_kit.blueprint import DeclarationError, compile_connector
from connector_kit.blueprint.calls import ON_CHANGE, OPTIONS, Call
from connector_kit.blueprint.settings import declared_settings
from connector_kit.documents import Document
from connector_kit.extension import ExtensionError, FunctionModule
from connector_kit.extension.authoring.settings import by_every_name
from connector_kit.extension.authors import LOADED
from connector_kit.lifecycle import authors

KIT = "connectorKit"
"""Names the kit where calls name a connector; the platform's ids are hexadecimal."""

SERVED = "served"
"""The kit's own function, a utility, that tells what is served."""

_SALT = "connector_kit.served"


def question(class_path: str, calls: Iterable[Call], version: str | None = None) -> Document:
    """The body of the call that asks a server which of *calls* it cannot answer.

    *class_path* is signed: only the publisher decides which code a server loads. *version* is the
    one under which the class is being published, by default its own.
    """
    options = {
        "class": Signer(salt=_SALT).sign(class_path),
        "calls": [list(call) for call in calls],
        "version": version,
    }
    return {"_connectorId": KIT, "type": "utility", "function": SERVED, "options": options}


def served(options: Document, *, module_at: Callable[[str], FunctionModule]) -> Document:
    """Answer a `question`: the version and the digest of what is loaded, and what it lacks.

    *module_at* tells what is served with a class at a place. Raises `ExtensionError`
    ``secret_key_differs`` or ``connector_not_loaded``.
    """
    try:
        class_path = Signer(salt=_SALT).unsign(str(options.get("class")))
    except BadSignature as error:
        raise ExtensionError(
            "secret_key_differs",
            "The request was signed with another SECRET_KEY than this server's.",
        ) from error
    calls = [Call(*call) for call in options.get("calls") or ()]
    try:
        cls, module = loaded(class_path), module_at(class_path)
        authors.call(class_path, LOADED, {})  # also in the process where functions run
    except (LoadError, TypeError) as error:
        raise ExtensionError("connector_not_loaded", str(error)) from error
    try:
        compiled = compile_connector(cls)
        version = options.get("version") or compiled.version
        digest = replace(compiled, version=str(version)).digest
    except DeclarationError:
        digest = ""
    return {
        "version": str(cls.version),
        "digest": digest,
        "lacking": [list(call) for call in lacking_in(cls, module, calls)],
    }


def lacking_in(
    cls: type[blueprint.Connector], module: FunctionModule, calls: Iterable[Call]
) -> list[Call]:
    """Those of *calls* for which neither *module*, nor the settings of *cls*, has a function."""
    settings = by_every_name(declared_settings(cls).settings)

    def answers(call: Call) -> bool:
        name, _, column = call.name.partition(".")
        if call.type == OPTIONS:
            return name in settings and column in settings[name].functions()
        if call.type == ON_CHANGE:
            return name in settings and settings[name].on_change is not None
        try:
            module.find(call.type or None, call.name)
        except ExtensionError:
            return False
        return True

    return [call for call in calls if not answers(call)]
