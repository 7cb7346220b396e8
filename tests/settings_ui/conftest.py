from tests.settings_ui.fixtures import admin, history, operator, viewer, world

__all__ = ["admin", "history", "operator", "viewer", "world"]
