"""Versions that installations with stores cannot have."""

from connector_kit import Connection, Connector, Edition, Flow, Import
from tests.lifecycle import branches_1_0
from tests.lifecycle.branches_1_0 import Branches as First


class Branches(Connector):
    """Without stores."""

    name = "Branches"
    version = "2.0.0"
    framework = 2

    standard = Edition("Standard")
    premium = Edition("Premium")

    erp = Connection(
        "ERP", type="http", http={"baseURI": "https://mine.example.com", "mediaType": "json"}
    )
    book = Import("Book", connection=erp, http={"relativeURI": ["/book"], "method": ["POST"]})


class OneBook(branches_1_0.Branches):
    """What the stores shared is now once per store."""

    name = "Branches"
    version = "2.0.1"

    book = Import(
        "Book",
        connection=First.erp,
        http={"relativeURI": ["/book"], "method": ["POST"]},
        per_store=True,
    )
    sync = Flow("Sync", source=First.orders, steps=[book], disabled=True, per_store=True)

    class Settings:
        """None."""
