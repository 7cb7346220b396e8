"""`sold_next` in framework 2.0, whose flows have no section."""

from connector_kit import Flow
from tests.lifecycle import flat_sold, sold_next


class Sold(sold_next.Sold):
    framework = 2

    refund_flow = Flow(
        "Refunds",
        source=sold_next.Sold.refunds,
        steps=[flat_sold.Sold.save],
        disabled=True,
        edition=flat_sold.Sold.premium,
    )
