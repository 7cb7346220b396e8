"""What integrator.io does and the sandbox does not: such a request is answered 501.

docs/sandbox.md gives the reasons; a route names what may keep it from answering (`Route.unless`).
"""

from __future__ import annotations

from connector_kit.sandbox.http.errors import Refusal, refuse

APPLICATIONS = "applications other than HTTP ones on this machine, and wrappers"
LOGINS = "logins other than basic, token, OAuth, cookie and custom"
RULES = "words of filters that the web pages do not write"
SCRIPTS = "scripts outside of exports, imports and flows"
MODULES = "modules that scripts import"
ONE_TO_MANY = "steps that run once per child record"

DATA = (APPLICATIONS, LOGINS, RULES, MODULES, ONE_TO_MANY)
"""What may keep an export or import from being run."""

_WAYS_OUT = {
    APPLICATIONS: "Give the connection a baseURI such as http://127.0.0.1:8000.",
    LOGINS: "Choose another http.auth.type.",
    RULES: "Say it with other words, or in a script.",
    SCRIPTS: "Name a stack (_stackId) instead.",
    MODULES: "Leave the import out: a script gets all it needs as options.",
    ONE_TO_MANY: "Leave oneToMany out, and let a preSavePage hook make one record of each.",
}


def not_simulated(what: str, here: str = "") -> Refusal:
    """501; *here* names what is not simulated."""
    met = f" (here: {here})" if here else ""
    message = f"The sandbox does not simulate {what}{met}. {_WAYS_OUT[what]}"
    return refuse(501, "not_implemented", message)
