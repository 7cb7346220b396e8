"""The REST API: connectors, install base, rollouts, usage. Translates, and decides nothing.

Endpoints of further topics use `auth`, `permissions`, `pagination`, `errors` and `schema`, name
their scopes on the view, and add their paths to `urls`.
"""
