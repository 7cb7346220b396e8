from django.apps import AppConfig


class SettingsUiConfig(AppConfig):
    """The pages as a Django app: templates, styles, addresses. It has no models."""

    name = "settings_ui"
    label = "settings_ui"
    verbose_name = "Connector Kit pages"
