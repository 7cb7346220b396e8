"""`scripted_stores` with another default for those who have not chosen a channel."""

from connector_kit import Text
from tests.lifecycle import scripted_stores


class Scripted(scripted_stores.Scripted):
    version = "1.1.0"

    class Settings:
        channel = Text("Channel", default="#sales")
