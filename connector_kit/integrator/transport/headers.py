"""Headers that tell the platform what to do with a request (protocol/http-api.md#1)."""

from __future__ import annotations

import re
from urllib.parse import quote

from connector_kit.integrator.transport.calls import Headers

RELATIVE_URI = "Integrator-Relative-URI"
"""Where in the application the request goes."""
RECORD_TYPE = "Integrator-Record-Type"
"""The record type. The reference names it and says no more: it is sent as given."""
METHOD = "Integrator-Method"
"""The HTTP method for the application."""
NETSUITE_SCRIPT = "Integrator-NetSuite-ScriptId"
NETSUITE_DEPLOYMENT = "Integrator-NetSuite-DeployId"
"""Which RESTlet of NetSuite answers."""

_URI_CHARACTERS = "/?#[]@!$&'()*+,;=:%-._~{}|"
_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")


def instructions(
    *,
    method: str | None = None,
    relative_uri: str | None = None,
    record_type: str | None = None,
    netsuite_script: str | None = None,
    netsuite_deployment: str | None = None,
) -> Headers:
    """Return the headers for what is given; raises ValueError for what no header can carry."""
    values = {
        METHOD: method.upper() if method else method,
        RELATIVE_URI: quote(relative_uri, safe=_URI_CHARACTERS) if relative_uri else relative_uri,
        RECORD_TYPE: record_type,
        NETSUITE_SCRIPT: netsuite_script,
        NETSUITE_DEPLOYMENT: netsuite_deployment,
    }
    headers = {name: value for name, value in values.items() if value is not None}
    for name, value in headers.items():
        if not _VALUE.fullmatch(value):
            raise ValueError(
                f"{value!r} cannot be sent as {name}. Use non-empty ASCII text without line breaks "
                "or surrounding spaces."
            )
    return headers
