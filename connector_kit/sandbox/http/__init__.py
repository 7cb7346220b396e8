"""How a request is answered: who asks, which route it meets, pages of lists, errors, limits."""
