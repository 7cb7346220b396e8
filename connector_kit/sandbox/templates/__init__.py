"""Templates: integrations that anyone may copy (protocol/http-api.md#10)."""
