"""Personal data, and traces of the author's own accounts, that would reach every customer.

A package is published, and its documents are written to every account that installs it. Whether
something may go there only its author knows: everything here is a suspicion, named with its place.
"""

import re
from collections.abc import Collection, Iterator

from connector_kit.documents import Document, Json
from connector_kit.documents.walking import Path, at, leaves_of

EMAIL = "an e-mail address"
PHONE = "a phone number"
PERSON = "a person's name or address"
ACCOUNT = "names the author's account"
LOGIN = "the author's login"
HOST = "possibly the author's own host"
ACCOUNT_INSIDE = "contains the id of the author's account"

_EMAIL = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,9}[A-Za-z]{2,24}")
_PHONE = re.compile(
    r"(?<![\w.+-])(?:\+\d[\d ()./-]{6,17}\d|\(\d{3}\) ?\d{3}[ .-]\d{4}|\d{3}[ .-]\d{3}[ .-]\d{4})"
    r"(?![\w.-])"
)
_NETSUITE_HOST = re.compile(
    r"(?i)\b(?:\d{5,8}|TSTDRV\d+|TD\d+)(?:[-_](?:SB|RP)\d+)?\.[\w.-]{0,80}netsuite\.com"
)

"""All bounded: samples hold megabytes of text."""

_HOST = re.compile(r"(?:[a-z][\w+.-]{0,20}://)?(?:[^/@]*@)?([^/:@?#]*)")

_PHONE_KEY = re.compile(
    r"(?i)(.*[-_ ])?(cell|fax|mobile|phone|tel|telephone)([-_ ]?(no|nr|number))?"
)
_PERSON_KEY = re.compile(
    r"(?i)(.*[-_ ])?((first|last|full|middle|given|family|sur|customer|contact)[-_ ]?name"
    r"|street|address[-_ ]?(line)?[-_ ]?\d?|birth[-_ ]?(date|day)|date[-_ ]?of[-_ ]?birth)"
)

_ACCOUNTS = (
    "as2.as2Id",
    "as2.partnerId",
    "netsuite.account",
    "netsuite.accountName",
    "netsuite.entityId",
    "netsuite.roleId",
    "rdbms.bigquery.projectId",
    "rdbms.database",
    "rdbms.snowflake.warehouse",
    "s3.accessKeyId",
    "van.mailboxId",
)
_LOGINS = (
    "ftp.username",
    "http.auth.basic.username",
    "http.auth.oauth.username",
    "jdbc.user",
    "mongodb.username",
    "netsuite.email",
    "netsuite.tokenName",
    "rdbms.bigquery.clientEmail",
    "rdbms.user",
    "rest.basicAuth.username",
    "salesforce.username",
)
_HOSTS = (
    "as2.as2URI",
    "ftp.hostURI",
    "http.baseURI",
    "jdbc.host",
    "mcp.serverURL",
    "mongodb.host",
    "rdbms.host",
    "rest.baseURI",
    "salesforce.baseURI",
)
"""Fields of connections that say whose they are (protocol/resources.md#connection)."""

_OF_EVERYBODY = frozenset(
    {"", "api", "app", "auth", "gateway", "graph", "localhost", "login", "rest", "services", "www"}
)
"""How the hosts begin that an application has for all of its customers."""

_IDS = (
    "as2.as2Id",
    "as2.partnerId",
    "netsuite.account",
    "rdbms.bigquery.projectId",
    "s3.accessKeyId",
    "van.mailboxId",
)
"""Those of them that are looked for in texts."""

_SHORTEST_ID = 5
"""Characters of an id that is looked for: a shorter one is any number."""

Findings = Iterator[tuple[Path, str]]


def account_ids(connection: Document) -> set[str]:
    """Return the ids by which *connection* names the author's accounts."""
    found = (at(connection, _path(place)) for place in _IDS)
    texts = (str(value) for value in found if _is_literal(value))
    return {text for text in texts if len(text) >= _SHORTEST_ID and any(map(str.isdigit, text))}


def personal(resource: str, document: Document, accounts: Collection[str]) -> Findings:
    """Yield every suspicion about *document* with its path; *accounts* are known ids."""
    known = dict(_of_connection(document)) if resource == "connections" else {}
    yield from known.items()
    for path, value in leaves_of(document):
        if path not in known and value is not None and not isinstance(value, bool):
            yield from ((path, reason) for reason in _suspicions(path, value, accounts))


def _of_connection(document: Document) -> Findings:
    for places, reason in ((_ACCOUNTS, ACCOUNT), (_LOGINS, LOGIN)):
        for place in places:
            if _is_literal(at(document, _path(place))):
                yield _path(place), reason
    for place in _HOSTS:
        value = at(document, _path(place))
        for address in value if isinstance(value, list) else [value]:
            match = _HOST.match(address) if isinstance(address, str) else None
            host = match[1] if match else ""
            if "{{" not in host and host.partition(".")[0].lower() not in _OF_EVERYBODY:
                yield _path(place), HOST
                break


def _path(place: str) -> Path:
    return tuple(place.split("."))


def _is_literal(value: Json) -> bool:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return False
    return bool(str(value).strip("* ")) and "{{" not in str(value)


def _suspicions(path: Path, value: Json, accounts: Collection[str]) -> Iterator[str]:
    text = value if isinstance(value, str) else str(value)
    key = next((step for step in reversed(path) if isinstance(step, str)), "")
    if "@" in text and _EMAIL.search(text):
        yield EMAIL
    is_phone = (
        _PHONE_KEY.fullmatch(key)
        and "{{" not in text
        and 7 <= sum(letter.isdigit() for letter in text) <= 15
    )
    if is_phone or _PHONE.search(text):
        yield PHONE
    if text and isinstance(value, str) and _PERSON_KEY.fullmatch(key):
        yield PERSON
    names_account = any(re.search(rf"(?<!\w){re.escape(id_)}(?!\w)", text) for id_ in accounts)
    if names_account or _NETSUITE_HOST.search(text):
        yield ACCOUNT_INSIDE
