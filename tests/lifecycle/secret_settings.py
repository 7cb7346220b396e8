"""A connector whose customers enter secrets, and its next version."""

from connector_kit import (
    Connection,
    Connector,
    Export,
    Flow,
    Import,
    Section,
    Text,
    TextArea,
    template,
)

HTTP = {"baseURI": "https://shop.example.com", "mediaType": "json"}
AS_JSON = template('{"door": {json}}')


class Vault(Connector):
    name = "Vault"
    version = "1.0.0"
    applications = ("shopify",)

    shop = Connection("Shop", type="http", http=HTTP)
    orders = Export("Orders", connection=shop, http={"relativeURI": "/o", "method": "GET"})
    post_message = Import(
        "Post",
        connection=shop,
        http={"relativeURI": ["/x"], "method": ["POST"], "body": ["{}"]},
    )
    sync = Flow("Sync", source=orders, steps=[post_message], disabled=True)

    class Settings:
        page = Section("Door")
        channel = Text("Channel", default="#orders")
        door = Text(
            "Door", secret=True, sets={"post_message.http.body[0]": template('{"door": {json}}')}
        )
        api_password = Text("API password")
        key_file = TextArea("Key file", secret=True)
        public_token = Text("Public token", secret=False, default="open")


class NextVault(Vault):
    version = "1.1.0"

    orders = Export("Orders", connection=Vault.shop, http={"relativeURI": "/p", "method": "GET"})
    sync = Flow("Sync", source=orders, steps=[Vault.post_message], disabled=True)
