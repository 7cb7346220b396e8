"""The connector's next version."""

from connector_kit import Export, Flow
from tests.embedded import shop


class ShopToChat(shop.ShopToChat):
    version = "1.1.0"

    refunds = Export(
        "Refunds",
        connection=shop.ShopToChat.shop,
        http={"relativeURI": "/refunds", "method": "GET"},
    )
    orders_to_chat = Flow(
        "Paid orders to chat",
        source=shop.ShopToChat.new_orders,
        steps=[shop.ShopToChat.post_message],
    )
