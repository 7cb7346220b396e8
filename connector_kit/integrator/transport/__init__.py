"""How a request travels: connections, tokens, the rate limit, repeats, bounds, and its answer."""
