"""`scripted_1_0` with stores, each of which takes a step and has a page of its own."""

from connector_kit import Connection, Export, InstallStep, Stores, Text
from tests.lifecycle import scripted_1_0


class Scripted(scripted_1_0.Scripted):
    stores = Stores("Branch")

    checks = scripted_1_0.Scripted.checks
    till = Connection(
        "Till",
        per_store=True,
        type="http",
        http={"baseURI": "https://till.example.com", "mediaType": "json"},
    )
    sales = Export(
        "Sales", connection=till, per_store=True, http={"relativeURI": "/", "method": "GET"}
    )
    opening = InstallStep(
        "Choose a channel",
        per_store=True,
        init_form=checks.function("channelForm"),
        function=checks.function("storeChannel"),
    )

    class Settings:
        channel = Text("Channel", default="#orders")
