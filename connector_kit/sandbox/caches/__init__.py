"""Lookup caches: texts by key (protocol/platform-2026.md#10)."""
