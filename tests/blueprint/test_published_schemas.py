"""What declarations send is what the platform's own schemas accept."""

import pytest

from connector_kit.blueprint import compile_connector, problems
from connector_kit.blueprint.placeholders import completed
from connector_kit.blueprint.schemas import violations
from examples.commerce import v1_0, v1_1
from examples.embedded.connector import PaidOrders
from examples.notices import v1_0 as notices_1_0
from examples.notices import v1_1 as notices_1_1
from tests.lifecycle import branches_1_0, v2_0
from tests.lifecycle import v1_0 as shop_1_0
from tests.lifecycle import v1_1 as shop_1_1

EXAMPLES = [
    v1_0.CommerceHub,
    v1_1.CommerceHub,
    notices_1_0.OrderNotices,
    notices_1_1.OrderNotices,
    PaidOrders,
]
TESTED = [
    shop_1_0.ShopToChat,
    shop_1_0.NoConnections,
    shop_1_1.ShopToChat,
    v2_0.WithBooks,
    branches_1_0.Branches,
]


@pytest.mark.parametrize("connector", [*EXAMPLES, *TESTED])
def test_every_document_of_a_connector_is_accepted(connector):
    components = compile_connector(connector).components

    refused = {
        component.external_id: [
            error.message
            for error in violations(
                component.resource, completed(component.resource, component.document)
            )
        ]
        for component in components
    }
    assert not any(refused.values()), refused


@pytest.mark.parametrize("connector", EXAMPLES)
def test_the_examples_give_no_cause_for_advice(connector):
    assert problems(connector) == []
