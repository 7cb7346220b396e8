"""The account: its tokens, its users, and what happened in it (protocol/http-api.md#10, #13)."""
