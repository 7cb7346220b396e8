"""How a request is sent: connections, tokens, the rate limit, retries, bounds, and its answer."""
