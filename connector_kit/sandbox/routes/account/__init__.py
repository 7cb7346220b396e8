"""The account itself: who may use it, and what happened in it (protocol/http-api.md#10, #13)."""
