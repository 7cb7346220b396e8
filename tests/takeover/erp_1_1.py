"""The second version: an import changes, and an export is new."""

from connector_kit import Export, Flow, Import
from tests.takeover import erp_1_0

before = erp_1_0.Erp


class Erp(erp_1_0.Erp):
    version = "1.1.0"

    save_order = Import(
        "Save order",
        connection=before.erp,
        http={"relativeURI": ["/v2/orders"], "method": ["POST"]},
        mapping={"fields": [{"extract": "number", "generate": "id"}], "lists": []},
    )
    refunds = Export(
        "Refunds", connection=before.shop, rest={"relativeURI": "/refunds", "method": "GET"}
    )
    order_sync = Flow(
        "Order sync",
        source=before.orders,
        steps=[save_order],
        schedule="? 0 * ? * *",
        disabled=False,
        customer_owns=["schedule", "disabled"],
    )
    refund_sync = Flow("Refund sync", source=refunds, steps=[save_order], disabled=True)
