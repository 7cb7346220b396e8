"""Connections: pings, logs, who uses them, where they are registered (protocol/http-api.md#4)."""
