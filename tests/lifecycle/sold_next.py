"""The following versions of what is sold: something changed in every edition and every store."""

from connector_kit import Export
from tests.lifecycle import sold


class Sold(sold.Sold):
    version = "1.1.0"

    orders = Export("All orders", connection=sold.Sold.shop, http=sold.get("/orders"), page_size=9)
    refunds = Export(
        "All refunds", connection=sold.Sold.shop, http=sold.get("/r"), edition=sold.Sold.premium
    )


class ManyShops(sold.ManyShops):
    version = "1.1.0"

    orders = Export(
        "New orders", connection=sold.ManyShops.shop, http=sold.get("/new"), per_store=True
    )
