"""State: keys and any JSON (protocol/http-api.md#12-state)."""
