"""Copies of documents: clones, templates, zips (protocol/http-api.md#51-clone)."""
