"""The next version of `flat`."""

from connector_kit import Flow
from tests.testing import flat


class ShopToChat(flat.ShopToChat):
    version = "1.1.0"

    ask = Flow("Ask", source=flat.ShopToChat.orders, steps=[], schedule="? 5 9 ? * *")
