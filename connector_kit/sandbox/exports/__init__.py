"""Exports: page after page out of an application (protocol/http-api.md#5)."""
