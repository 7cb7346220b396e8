"""The life of an installed connector, of both frameworks (protocol/http-api.md#8)."""
