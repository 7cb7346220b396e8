"""Their next version, whose cache has one more row."""

from connector_kit import LookupCache
from tests.lifecycle import caches_1_0


class Caches(caches_1_0.Caches):
    version = "1.1.0"

    countries = LookupCache("Countries", data={"DE": "Germany", "IT": "Italy"})


class TwoCaches(Caches):
    name = "Two caches"
    framework = 2
