"""The pages: a connector's settings, its install wizard, the publisher's console."""
