"""Forms as the platform means them, shown and read by Django's own form machinery.

What a form is, what it shows when, and what is wrong with an answer is decided by
`connector_kit.forms`; here is only how it looks and how a browser sends it.
"""

from settings_ui.forms.shown import PREFIX, ShownForm, read, show

__all__ = ["PREFIX", "ShownForm", "read", "show"]
