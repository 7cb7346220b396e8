"""Integrations that commands adopt: downloaded ones, and those of the publisher's account."""

from pathlib import Path

from connector_kit.adoption import Download, read_files, read_live, unpack
from connector_kit.documents.ids import is_id
from connector_kit.lifecycle import publisher_client

SOURCE = (
    "folder or zip file of a downloaded integration, or the id of an integration in the account "
    "of CONNECTOR_KIT_TOKEN"
)
"""What `read_integration` reads, in the help of commands."""


def read_integration(source: str) -> Download:
    """Return the integration at *source*: a folder, a zip file, or an id.

    Raises AdoptionError, and LifecycleError where an id needs a token.
    """
    if is_id(source) and not Path(source).exists():
        with publisher_client() as client:
            return read_live(client, source)
    return unpack(read_files(Path(source)))
