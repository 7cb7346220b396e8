"""The next version of `two_sold`: a setting has another name, one is new."""

from connector_kit import Import, Section, Text, template
from tests.lifecycle import two_sold


class Sold(two_sold.Sold):
    name = "Sold"
    version = "1.1.0"

    post = Import(
        "Post",
        connection=two_sold.Sold.shop,
        http={"relativeURI": ["/post"], "method": ["POST"], "body": ['{"room": "#none"}']},
        hooks={"preMap": two_sold.describe},
    )

    class Settings(two_sold.Sold.Settings):
        channel = None
        more = Section("More")
        room = Text(
            "Room",
            default="#orders",
            was="channel",
            sets={"post.http.body[0]": template('{"room": {json}}')},
        )
        note = Text("Note")
