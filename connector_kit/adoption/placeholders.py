"""Placeholders for connections that are missing from a download."""

from connector_kit.adoption.download import Found
from connector_kit.documents import Document

_ADDRESS = {"baseURI": "https://example.com", "mediaType": "json"}

_TYPES = {
    "AS2": "as2",
    "Dynamodb": "dynamodb",
    "FTP": "ftp",
    "FileSystem": "filesystem",
    "JDBC": "jdbc",
    "Mongodb": "mongodb",
    "NetSuite": "netsuite",
    "RDBMS": "rdbms",
    "S3": "s3",
    "Salesforce": "salesforce",
    "Wrapper": "wrapper",
}
"""Connection types by the beginning of ``adaptorType`` (protocol/resources.md#export, #import)."""


def placeholder(identity: str, user: Document) -> Found:
    """Return a connection in place of the missing one *identity*, of a type that fits *user*."""
    adaptor = str(user.get("adaptorType") or "")
    kind = next((word for start, word in _TYPES.items() if adaptor.startswith(start)), "http")
    document = {
        "name": f"Missing {kind} connection",
        "type": kind,
        kind: _ADDRESS if kind == "http" else {},
    }
    return Found("connections", identity, document, f"placeholder for {identity}")
