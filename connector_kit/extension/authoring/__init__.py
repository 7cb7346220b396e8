"""The author's side: how functions are marked, what they get, what they answer, how they are found.

`marks`, `options` and `results` are what an author imports, by way of ``connector_kit``.
"""
