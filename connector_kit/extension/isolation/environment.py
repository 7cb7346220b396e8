"""Which variables of the server's environment a function process gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

PLAIN = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "LC_*", "TZ", "TZDIR"),
    *("TMPDIR", "TEMP", "TMP", "PYTHON*", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "DYLD_*"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NO_PROXY"),
    *("no_proxy", "CONNECTOR_KIT_HOME", "CONNECTOR_KIT_DIY", "CONNECTOR_KIT_CONNECTORS"),
    *("CONNECTOR_KIT_CONTRACTS", "CONNECTOR_KIT_LOG_FORMAT", "COVERAGE_*"),
)
"""Names, and patterns of names, of variables that hold no secret of the server."""


def for_functions(environment: Mapping[str, str], named: Iterable[str] = ()) -> dict[str, str]:
    """Return what of *environment* functions get: what is plain, and what is *named* besides.

    Names may be patterns, as in ``SHOP_*``.
    """
    patterns = (*PLAIN, *named)
    return {
        name: value
        for name, value in environment.items()
        if any(fnmatchcase(name, pattern) for pattern in patterns)
    }
