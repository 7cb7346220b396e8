"""`sold` in framework 2.0, whose flows have no section."""

from connector_kit import Flow
from tests.lifecycle import sold


class Sold(sold.Sold):
    framework = 2

    refund_flow = Flow(
        "Refunds",
        source=sold.Sold.refunds,
        steps=[sold.Sold.save],
        disabled=True,
        edition=sold.Sold.premium,
    )
