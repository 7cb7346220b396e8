"""`v1_0` in framework 2.0."""

from tests.lifecycle import v1_0


class ShopToChat(v1_0.ShopToChat):
    framework = 2
