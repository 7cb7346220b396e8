"""The connector with stores in its second version: one shared import and one export more."""

from connector_kit import Export, Flow, Import
from tests.lifecycle import branches_1_0
from tests.lifecycle.branches_1_0 import Branches as First


class Branches(branches_1_0.Branches):
    name = "Branches"
    version = "1.1.0"

    archive = Import(
        "Archive", connection=First.erp, http={"relativeURI": ["/archive"], "method": ["POST"]}
    )
    returns = Export(
        "Returns",
        connection=First.shop,
        http={"relativeURI": "/returns", "method": "GET"},
        per_store=True,
    )
    sync = Flow(
        "Sync", source=First.orders, steps=[First.book, archive], disabled=True, per_store=True
    )
