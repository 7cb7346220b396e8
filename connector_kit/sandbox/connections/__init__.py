"""Connections, and how the applications that they lead to are asked (protocol/http-api.md#4).

Only applications on this machine are (`connector_kit.sandbox.connections.backends`).
"""
