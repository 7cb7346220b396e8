"""Copies of documents, with all that they need (protocol/http-api.md#51-clone)."""
