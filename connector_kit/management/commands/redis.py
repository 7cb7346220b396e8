"""``connector-kit redis``: the embedded Redis, where it is and how to stop it."""

from typing import Any

from django.core.management.base import CommandParser

from connector_kit.conf import kit, redis_url
from connector_kit.local_redis import stop_redis
from connector_kit.management.base import KitCommand, add_json


class Command(KitCommand):
    """Say where Redis is, starting the embedded one; or stop that."""

    help = (
        "Print the address of the Redis that all processes share. Without REDIS_URL, an embedded "
        "Redis in the home folder is started if needed and runs until --stop. Its data is kept."
    )
    example = """
connector-kit redis
connector-kit redis --stop
"""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        parser.add_argument("--stop", action="store_true", help="stop the embedded Redis")
        add_json(parser)

    def run(self, **options: Any) -> None:
        """Print the address, or stop the server."""
        if options["stop"]:
            was_running = stop_redis(kit().home)
            words = "Stopped." if was_running else "The embedded Redis was not running."
            self.show({"stopped": was_running}, words, options)
        else:
            url = redis_url()
            self.show({"url": url}, url, options)
