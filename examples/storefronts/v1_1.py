"""Storefronts 1.1.0: refunds are booked too."""

from connector_kit import Export, Flow, Import
from examples.storefronts import v1_0

before = v1_0.Storefronts


class Storefronts(v1_0.Storefronts):
    version = "1.1.0"

    save_refund = Import(
        "Save refund",
        connection=before.erp,
        adaptor_type="HTTPImport",
        http={"relativeURI": ["/refunds"], "method": ["POST"]},
    )
    refunds = Export(
        "New refunds",
        connection=before.shop,
        adaptor_type="HTTPExport",
        type="delta",
        http={"relativeURI": "/refunds", "method": "GET"},
        delta={"lagOffset": 0},
        per_store=True,
    )
    sync_refunds = Flow(
        "Refunds to ERP",
        source=refunds,
        steps=[save_refund],
        schedule="? 0 * ? * *",
        customer_owns=["disabled", "schedule"],
        per_store=True,
    )
