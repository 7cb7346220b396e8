"""The next version of `two_sold`, with a connection to which nobody has logged in."""

from connector_kit import Connection, Export, Flow
from tests.lifecycle import two_sold

BASIC = {"baseURI": "https://bank.example.com", "mediaType": "json", "auth": {"type": "basic"}}


class Sold(two_sold.Sold):
    name = "Sold"
    version = "1.1.0"

    bank = Connection("Bank", type="http", http=BASIC)
    statements = Export("Statements", connection=bank, http={"relativeURI": "/", "method": "GET"})
    bank_flow = Flow("Bank flow", source=statements, steps=[two_sold.Sold.post])
