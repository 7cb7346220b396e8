"""How requests are answered: authentication, routes, pages of lists, errors, limits."""
