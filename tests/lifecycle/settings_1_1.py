"""What 1.1.0 changes: a setting is renamed, others are dropped, added, narrowed."""

from connector_kit import Number, Text, scaled, template
from tests.lifecycle import settings_1_0


class Chat(settings_1_0.Chat):
    version = "1.1.0"

    class Settings(settings_1_0.Chat.Settings):
        channel = None
        room = Text(
            "Room",
            default="#orders",
            was="channel",
            under=settings_1_0.Chat.Settings.orders,
            sets={"post_message.http.body[0]": template('{"channel": {json}}')},
        )
        secret_channel = None
        lag = Number("Lag", maximum=5, sets={"new_orders.delta.lagOffset": scaled(1000)})
        mood = Text("Mood", default="fine", under=settings_1_0.Chat.Settings.orders)
