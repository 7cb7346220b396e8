"""Imports: records into an application (protocol/http-api.md#5)."""
