"""What the sandbox does not simulate: a request that needs it is answered with 501.

docs/sandbox.md lists the same and gives the reasons. `Route.unless` names what a route may need.
"""

from __future__ import annotations

from connector_kit.sandbox.http.errors import Refusal, refuse

APPLICATIONS = "applications other than wrappers and HTTP applications on this machine"
LOGINS = "authentication methods other than basic, token, OAuth, cookie, and custom"
RULES = "filter operators that the filter editor does not offer"
SCRIPTS = "scripts that a connector's record names"
MODULES = "modules imported by scripts"
HELPERS = "Handlebars helpers that sign requests"
FIELDS = "some fields of exports, imports, and flows"
ONE_TO_MANY = "child records of exports and imports that run alone"
RESOURCES = "environments, revisions, and HTTP connectors"
SESSIONS = "sessions with MCP servers"
MODELS = "AI agents, guardrails, and tools that run as steps"
PROCESSORS = "processors and requests to API builder endpoints"

ABSTRACT = "runs of abstract flows and of their instances"

DATA = (APPLICATIONS, LOGINS, RULES, MODULES, ONE_TO_MANY, HELPERS, FIELDS, MODELS)
"""What an export or import may need."""

_WAYS_OUT = {
    APPLICATIONS: "Set the connection's baseURI to a local address such as http://127.0.0.1:8000.",
    LOGINS: "Choose another http.auth.type.",
    RULES: "Use operators of the filter editor, or a script.",
    HELPERS: "Use hash or hmac over values that the template names itself.",
    SCRIPTS: "Use a function on a stack (_stackId) instead.",
    MODULES: "Remove the import; a script gets all of its data as options.",
    RESOURCES: "Try them in a sandbox environment of integrator.io.",
    ABSTRACT: "Declare the flow's steps in the flow itself.",
    SESSIONS: "Try them in a sandbox environment of integrator.io.",
    MODELS: "Leave the step out of the flow that you run.",
    PROCESSORS: "Try them in a sandbox environment of integrator.io.",
    FIELDS: "Remove the field, or try it in a sandbox environment of integrator.io.",
    ONE_TO_MANY: "Run it as a step of a flow.",
}


def not_simulated(what: str, here: str = "") -> Refusal:
    """Return the 501 for one of the above; *here* names what the request needs of it."""
    example = f" (here: {here})" if here else ""
    message = f"The sandbox does not simulate {what}{example}. {_WAYS_OUT[what]}"
    return refuse(501, "not_implemented", message)
