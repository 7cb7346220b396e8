"""From an account to the documents of one of its integrations, read through the API.

A document belongs to an integration if it says so (``_integrationId``), or if such a document uses
it: connections, scripts, and most exports and imports name no integration (protocol/resources.md,
first table). What says that it belongs to another integration is left there, except connections,
which all integrations of an account share.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from connector_kit.adoption.download import AdoptionError, Download, Found, Neighbor
from connector_kit.adoption.intake import LIMITS
from connector_kit.adoption.parsing import require_document
from connector_kit.adoption.references import is_mention
from connector_kit.blueprint.resources import DECLARED, referred_type, resource_type
from connector_kit.documents import Document, Json
from connector_kit.documents.ids import ids_within, is_id
from connector_kit.documents.walking import strings
from connector_kit.integrator import Client
from connector_kit.integrator.errors import Forbidden, NotFound

SERVERS = "mcpservers"


def read_live(client: Client, integration_id: str) -> Download:
    """Return the integration in *client*'s account with all that it consists of.

    Secrets come masked. Raises AdoptionError when there is no such integration, and for documents
    that no platform would hold, IntegratorError when the account cannot be read.
    """
    place = f"/v1/integrations/{integration_id}"
    try:
        integration = require_document(client.integrations.get(integration_id), place)
    except NotFound as error:
        raise AdoptionError(
            f"There is no integration {integration_id} in this account. Copy the id from the "
            "address of its page, and check that CONNECTOR_KIT_TOKEN belongs to the same account "
            "and region."
        ) from error
    account = _Account(client, integration_id)
    account.want_scripts(integration)
    for resource in reversed(DECLARED):  # what uses others first, which are wanted then
        if resource != SERVERS:
            account.look_through(resource)
    account.fetch_wanted()
    account.take_servers()
    account.name_homes()
    return Download(
        integration=integration,
        found=tuple(account.found.values()),
        place=place,
        neighbors=account.neighbors,
    )


class _Account:
    """An account while one of its integrations is read.

    What was found, what that still wants, and what was seen that belongs elsewhere.
    """

    def __init__(self, client: Client, integration_id: str) -> None:
        self._client = client
        self._integration_id = integration_id
        self.found: dict[str, Found] = {}
        self.neighbors: dict[str, Neighbor] = {}
        self._wanted: dict[str, str] = {}

    def want_scripts(self, integration: Document) -> None:
        """Want the scripts that the *integration*'s own steps, form, and saves name."""
        for path, text in strings(integration):
            if path[-1] == "_scriptId" and is_id(text):
                self._wanted[text] = "scripts"

    def look_through(self, resource: str) -> None:
        """Take from the list of *resource* what is the integration's, or wanted by it."""
        for document in self._listed(resource):
            self._judge(resource, document)

    def _listed(self, resource: str) -> Iterator[Document]:
        try:
            yield from self._client.resource(resource).list()
        except (Forbidden, NotFound):
            # Not every account has these types (protocol/platform-2026.md#10).
            if not resource_type(resource).is_rare:
                raise

    def fetch_wanted(self) -> None:
        """Fetch what no list had, until nothing more is wanted.

        What is gone is passed over: the adoption reports each reference that leads nowhere.
        """
        requested: set[str] = set()
        while waiting := [identity for identity in self._wanted if identity not in requested]:
            requested.update(waiting)
            for identity in waiting:
                resource = self._wanted[identity]
                with suppress(NotFound):
                    document = self._client.resource(resource).get(identity)
                    self._judge(resource, document, wanted_as=identity)

    def take_servers(self) -> None:
        """Take the MCP servers that name the integration, or offer only tools and APIs of it."""
        for document in self._listed(SERVERS):
            used = {
                text
                for path, text in strings(document)
                if path[-1] in ("_toolId", "_apiId") and is_id(text)
            }
            if used and used <= self.found.keys():
                self._take(SERVERS, document)
            else:
                self._judge(SERVERS, document)

    def name_homes(self) -> None:
        """Give the neighbors that the integration refers to the names of their integrations."""
        referred = {
            identity
            for found in self.found.values()
            for _, text in strings(found.document)
            for identity in ids_within(text)
            if identity in self.neighbors
        }
        names: dict[str, str] = {}
        for identity in referred:
            neighbor = self.neighbors[identity]
            if (home := neighbor.integration) and home not in names:
                names[home] = home
                with suppress(NotFound):
                    names[home] = str(self._client.integrations.get(home).get("name") or home)
            self.neighbors[identity] = replace(neighbor, integration=names.get(home, home))

    def _judge(self, resource: str, document: Document, wanted_as: str = "") -> None:
        """Take *document* in, or note that it belongs elsewhere."""
        identity = _id(document, resource)
        home = str(document.get("_integrationId") or "")
        is_wanted = wanted_as or identity in self._wanted
        is_elsewhere = home not in ("", self._integration_id) and resource != "connections"
        if home == self._integration_id or (is_wanted and not is_elsewhere):
            if resource == "scripts" and "content" not in document:
                # A list leaves their content out (protocol/http-api.md#10).
                document = self._client.scripts.get(identity)
            self._take(resource, document)
        else:
            self._wanted.pop(identity, None)
            name = str(document.get("name") or identity)
            self.neighbors[identity] = Neighbor(resource, name, home)

    def _take(self, resource: str, document: Document) -> None:
        identity = _id(document, resource)
        place = f"/v1/{resource}/{identity}"
        found = Found(resource, identity, require_document(document, place), place)
        if document.get("includeDataInTemplatesAndCloning"):
            found = replace(found, data=self._client.lookup_caches.rows(identity))
        self.found[identity] = found
        if len(self.found) > LIMITS.members:
            raise AdoptionError(f"The integration uses more than {LIMITS.members:,} documents.")
        self._wanted.pop(identity, None)
        self.neighbors.pop(identity, None)
        for path, text in strings(document):
            row = referred_type(path)
            is_needed = row and row.is_component and not is_mention(path)
            if row and is_needed and is_id(text) and text not in self.found:
                self._wanted[text] = row.path


def _id(document: Json, resource: str) -> str:
    identity = document.get("_id") if isinstance(document, dict) else None
    if isinstance(identity, str) and is_id(identity):
        return identity
    raise AdoptionError(
        f"/v1/{resource} returned a document without an id. Check that the base URL is "
        "integrator.io's."
    )
