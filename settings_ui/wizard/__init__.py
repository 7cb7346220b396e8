"""The install wizard as customers will see it, tried out in an account that is there for it."""
