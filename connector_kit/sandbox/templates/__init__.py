"""Templates: integrations that anybody may copy (protocol/http-api.md#10)."""
