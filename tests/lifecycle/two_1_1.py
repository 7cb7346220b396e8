"""The connector of framework 2.0 in its second version: one export changed, one new."""

from connector_kit import Export
from tests.lifecycle import two_1_0


class Two(two_1_0.Two):
    name = "Two"
    version = "1.1.0"

    orders = Export(
        "Orders",
        connection=two_1_0.Two.shop,
        http={"relativeURI": "/v2/orders", "method": "GET"},
        page_size=50,
    )
    returns = Export(
        "Returns",
        connection=two_1_0.Two.shop,
        http={"relativeURI": "/returns", "method": "GET"},
    )
