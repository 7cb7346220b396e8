"""Flows: running, what belongs to them, their errors (protocol/http-api.md#6-flows)."""
