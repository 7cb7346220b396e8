"""`settings_1_1` in framework 2.0, without the fields that its forms do not have."""

from tests.lifecycle import settings_1_1


class Chat(settings_1_1.Chat):
    framework = 2

    class Settings(settings_1_1.Chat.Settings):
        ways = table = upload = None
