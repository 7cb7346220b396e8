"""Variants of the connector of framework 2.0: about connections, and another one beside it.

In the first, only the premium edition uses the second connection.
"""

from connector_kit import Connection, Export
from tests.lifecycle import two_1_0


class Two(two_1_0.Two):
    erp = Connection(
        "ERP", type="http", http={"baseURI": "https://erp.example.com", "mediaType": "json"}
    )
    ledgers = Export(
        "Ledgers",
        connection=erp,
        http={"relativeURI": "/ledgers", "method": "GET"},
        edition=two_1_0.Two.premium,
    )


class Next(Two):
    version = "1.1.0"

    accounts = Export(
        "Accounts", connection=Two.erp, http={"relativeURI": "/accounts", "method": "GET"}
    )


class Moved(two_1_0.Two):
    version = "1.1.0"

    shop = Connection(
        "Shop", type="http", http={"baseURI": "https://moved.example.com", "mediaType": "json"}
    )


class Another(two_1_0.Two):
    name = "Another"


Next.__name__ = Moved.__name__ = "Two"
