"""The web shop's way in: signed webhooks, and the same events by REST."""
