"""What integrator.io does and the sandbox does not: such a request is answered 501.

docs/sandbox.md gives the reasons; a route names what may keep it from answering (`Route.unless`).
"""

from __future__ import annotations

from connector_kit.sandbox.errors import Refusal, refuse

APPLICATIONS = "applications other than HTTP ones on this machine, and wrappers"
LOGINS = "logins other than basic, token, OAuth, cookie and custom"
RULES = "filters and transforms"
SCRIPTS = "scripts"

DATA = (APPLICATIONS, LOGINS, RULES, SCRIPTS)
"""What may keep an export or import from being run."""

_WAYS_OUT = {
    APPLICATIONS: "Give the connection a baseURI such as http://127.0.0.1:8000.",
    LOGINS: "Choose another http.auth.type.",
    RULES: "Leave them out; the reference does not say how their rules read.",
    SCRIPTS: "It runs no JavaScript; name a stack (_stackId) instead.",
}


def not_simulated(what: str, here: str = "") -> Refusal:
    """501; *here* says what the request came upon."""
    met = f" (here: {here})" if here else ""
    message = f"The sandbox does not simulate {what}{met}. {_WAYS_OUT[what]}"
    return refuse(501, "not_implemented", message)
