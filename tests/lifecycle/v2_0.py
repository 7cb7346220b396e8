"""The connector's third version, and others like it: they need a connection nobody has yet."""

from typing import Any

from connector_kit import Branch, Connection, Flow, Import, Lookup, Router, Step
from tests.lifecycle import v1_0

before = v1_0.ShopToChat

BOOKS = {
    "baseURI": "https://books.example.com",
    "mediaType": "json",
    "auth": {"type": "token", "token": {"location": "header", "headerName": "X-Token"}},
}


def version(connector: type) -> type:
    """The class as a version of `v1_0.ShopToChat`: that is what its name says."""
    connector.__name__ = "ShopToChat"
    return connector


@version
class WithBooks(v1_0.ShopToChat):
    """A step more in a flow, behind the one that it has, and a flow of its own."""

    version = "2.0.0"

    books = Connection("Books", type="http", http=BOOKS)
    helpers = before.helpers
    post_booking = Import(
        "Post booking",
        connection=books,
        http={"relativeURI": ["/bookings"], "method": ["POST"]},
    )
    post_message = Import(
        "Post message",
        connection=before.chat,
        http={"relativeURI": ["/post"], "method": ["POST"]},
        mapping={
            "fields": [
                {"extract": "number", "generate": "text"},
                {"extract": "customer", "generate": "author"},
            ],
            "lists": [],
        },
    )
    orders_to_chat = Flow(
        "Orders to chat and books",
        source=before.new_orders,
        steps=[post_message, post_booking],
        schedule="? 0 * ? * *",
        disabled=True,
        customer_owns=["schedule", "disabled"],
    )
    refunds_to_chat = Flow(
        "Refunds to chat", source=before.refunds, steps=[post_message], disabled=True
    )
    refunds_to_books = Flow("Refunds to books", source=before.refunds, steps=[post_booking])


@version
class Instead(WithBooks):
    """A step that takes the place of another, whose import and connection are gone."""

    chat: Any = None
    post_message: Any = None
    refunds_to_chat: Any = None
    orders_to_chat = Flow(
        "Orders to books",
        source=before.new_orders,
        steps=[WithBooks.post_booking],
        schedule="? 0 * ? * *",
        disabled=True,
        customer_owns=["schedule", "disabled"],
    )


@version
class Moved(WithBooks):
    """An import that goes through another connection than before."""

    post_booking: Any = None
    refunds_to_books: Any = None
    post_message = Import(
        "Post message",
        connection=WithBooks.books,
        http={"relativeURI": ["/post"], "method": ["POST"]},
    )
    orders_to_chat = before.orders_to_chat
    refunds_to_chat = before.refunds_to_chat


@version
class LookedUp(WithBooks):
    """A lookup whose answer the import behind it sends on."""

    refunds_to_books: Any = None
    find_account = Lookup(
        "Find account",
        connection=WithBooks.books,
        http={"relativeURI": "/accounts/{{record.customer}}", "method": "GET"},
    )
    post_message = Import(
        "Post message",
        connection=before.chat,
        http={"relativeURI": ["/post"], "method": ["POST"]},
        mapping={"fields": [{"extract": "account", "generate": "text"}], "lists": []},
    )
    orders_to_chat = Flow(
        "Orders to chat",
        source=before.new_orders,
        steps=[Step(find_account, response_mapping={"account": "data[0].name"}), post_message],
        schedule="? 0 * ? * *",
        disabled=True,
        customer_owns=["schedule", "disabled"],
    )


@version
class Branched(WithBooks):
    """The flow gets a fork, of which one way leads into the books and nowhere else."""

    refunds_to_books: Any = None
    orders_to_chat = Flow(
        "Orders to chat",
        source=before.new_orders,
        routers=[
            Router(
                "by_state",
                branches=[
                    Branch("all", steps=[WithBooks.post_message]),
                    Branch("paid", steps=[WithBooks.post_booking]),
                ],
            )
        ],
        disabled=True,
        customer_owns=["schedule", "disabled"],
    )


@version
class Two(WithBooks):
    """Two steps more, through a connection each."""

    refunds_to_books: Any = None
    mail = Connection("Mail", type="http", http={**BOOKS, "baseURI": "https://mail.example.com"})
    send_mail = Import(
        "Send mail", connection=mail, http={"relativeURI": ["/send"], "method": ["POST"]}
    )
    orders_to_chat = Flow(
        "Orders to chat",
        source=before.new_orders,
        steps=[WithBooks.post_message, WithBooks.post_booking, send_mail],
        schedule="? 0 * ? * *",
        disabled=True,
        customer_owns=["schedule", "disabled"],
    )
