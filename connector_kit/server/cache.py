"""Django's cache, in the Redis that all processes share; an embedded one starts on first use."""

from functools import cached_property
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient

from connector_kit import conf


class SharedCache(RedisCache):
    """The cache at the address that the kit's settings name, read when something is looked up.

    Not before: commands and checks that need no cache neither start a Redis nor fail for a setting.
    """

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__("", params)

    @cached_property
    def _cache(self) -> RedisCacheClient:
        return RedisCacheClient([conf.redis_url()])
