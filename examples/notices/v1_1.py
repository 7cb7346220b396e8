"""OrderNotices 1.1.0: a notice may carry a link to its order."""

from connector_kit import Checkbox, Section
from examples.notices import v1_0


class OrderNotices(v1_0.OrderNotices):
    version = "1.1.0"

    class Settings(v1_0.OrderNotices.Settings):
        details = Section("Details")
        with_link = Checkbox("With a link to the order")
