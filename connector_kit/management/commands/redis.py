"""``manage.py redis``: the embedded Redis, where it is and how to stop it."""

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
manage.py redis
manage.py redis --stop
"""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        parser.add_argument("--stop", action="store_true", help="stop the embedded Redis")
        add_json(parser)

    def run(self, **options: Any) -> None:
        """Print the address, or stop the server."""
        answer = {"stopped": stop_redis(kit().home)} if options["stop"] else {"url": redis_url()}
        if options["json"]:
            self.print_json(answer)
        else:
            self.console(options).print(_sentence(answer))


def _sentence(answer: dict[str, Any]) -> str:
    if "url" in answer:
        return str(answer["url"])
    return "Stopped." if answer["stopped"] else "The embedded Redis was not running."
