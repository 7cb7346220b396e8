"""`v1_1` in framework 2.0."""

from tests.lifecycle import v1_1


class ShopToChat(v1_1.ShopToChat):
    framework = 2
