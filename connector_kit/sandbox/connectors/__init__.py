"""Connectors, their licenses, their install base, pushed updates (protocol/http-api.md#9)."""
