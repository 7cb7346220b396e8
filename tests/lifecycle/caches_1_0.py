"""Connectors of both frameworks with a lookup cache."""

from connector_kit import Connector, LookupCache


class Caches(Connector):
    name = "Caches"
    version = "1.0.0"

    countries = LookupCache("Countries", data={"DE": "Germany", "FR": "France"})


class TwoCaches(Caches):
    name = "Two caches"
    framework = 2
