"""Access for the web shop: signed webhooks, and the same events by REST."""
