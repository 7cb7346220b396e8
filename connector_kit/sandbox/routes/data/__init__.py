"""Moving data: virtual exports and imports, previews, invocations (protocol/http-api.md#4, #5)."""
