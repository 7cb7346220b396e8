"""The platform's forms, shown and read with Django's own form machinery.

`connector_kit.forms` decides what a form contains, what it shows when, and which answers are
invalid; this package only decides how it looks and how a browser sends it.
"""

from settings_ui.forms.shown import PREFIX, ShownForm, read, show

__all__ = ["PREFIX", "ShownForm", "read", "show"]
