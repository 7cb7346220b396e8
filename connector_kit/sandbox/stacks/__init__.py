"""Stacks, and how their functions are called (protocol/http-api.md#10, protocol/extension.md)."""
