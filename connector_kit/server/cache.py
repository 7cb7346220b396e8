"""Django's cache, in the Redis that all processes share; an embedded one starts on first use."""

from typing import Any

from django.core.cache.backends.redis import RedisCache

from connector_kit import conf


class SharedCache(RedisCache):
    """The cache at the address that the kit's settings name, asked for when it is needed."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(conf.redis_url(), params)
