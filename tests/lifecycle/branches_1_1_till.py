"""The connector with stores, which begin to use a connection that nobody has logged in to."""

from connector_kit import Connection, Export, Flow
from tests.lifecycle import branches_1_0
from tests.lifecycle.two_sold_bank import BASIC


class Branches(branches_1_0.Branches):
    name = "Branches"
    version = "1.1.0"

    till = Connection("Till", type="http", http=BASIC, per_store=True)
    sales = Export(
        "Sales", connection=till, http={"relativeURI": "/sales", "method": "GET"}, per_store=True
    )
    sold = Flow("Sold", source=sales, steps=[branches_1_0.Branches.book], per_store=True)
