"""`scripted_1_0` with another script, another default, and without a farewell."""

from connector_kit import InstallStep, Script, Text
from tests.lifecycle import scripted_1_0


class Scripted(scripted_1_0.Scripted):
    version = "1.1.0"

    checks = None
    rules = Script("Rules", content=scripted_1_0.CHECKS.replace("begins", "must begin"))
    choose = InstallStep(
        "Choose a channel",
        init_form=rules.function("channelForm"),
        function=rules.function("storeChannel"),
    )
    goodbye = None
    form_init = rules.function("fillForm")
    pre_save = rules.function("checkSettings")

    class Settings:
        channel = Text("Channel", default="#sales")
