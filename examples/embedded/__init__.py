"""A product that embeds an integration for its own customers (docs/embedded.md).

``connector.py`` is what each of them gets, ``product.py`` what the product calls,
``applications.py`` the two applications between which it works, for trying it out.
"""
