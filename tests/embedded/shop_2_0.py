"""The connector's version after that: it needs credentials that nobody has entered yet."""

from connector_kit import Connection, Flow, Import
from tests.embedded import shop


class ShopToChat(shop.ShopToChat):
    version = "2.0.0"

    books = Connection(
        "Books",
        type="http",
        http={
            "baseURI": "https://books.example.com",
            "mediaType": "json",
            "auth": {"type": "token", "token": {"location": "header", "headerName": "X-Token"}},
        },
    )
    post_booking = Import(
        "Post booking",
        connection=books,
        http={"relativeURI": ["/bookings"], "method": ["POST"]},
    )
    orders_to_chat = Flow(
        "Orders to chat",
        source=shop.ShopToChat.new_orders,
        steps=[shop.ShopToChat.post_message, post_booking],
    )
