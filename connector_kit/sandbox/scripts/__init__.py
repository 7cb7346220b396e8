"""Scripts: JavaScript that is run, and its logs (protocol/http-api.md#10)."""
