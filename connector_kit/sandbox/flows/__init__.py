"""Flows: running them, their errors, what is run again (protocol/http-api.md#6-flows)."""
