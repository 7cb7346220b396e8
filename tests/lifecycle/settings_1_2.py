"""What 1.2.0 changes: a setting that 1.1.0 dropped is back under another name."""

from connector_kit import Text
from tests.lifecycle import settings_1_1


class Chat(settings_1_1.Chat):
    version = "1.2.0"

    class Settings(settings_1_1.Chat.Settings):
        secret = Text("Secret", was="secret_channel", under=settings_1_1.Chat.Settings.orders)
