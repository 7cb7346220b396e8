"""Integrations (protocol/http-api.md#7-integrations)."""
