from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class ConnectorKitConfig(AppConfig):
    """The kit as a Django app: its models, its commands, its checks."""

    name = "connector_kit"
    label = "connector_kit"
    verbose_name = "Connector Kit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register checks and signal receivers; only now, since what they use reads the models."""
        if not hasattr(settings, "CONNECTOR_KIT"):
            raise ImproperlyConfigured(
                "The kit's settings are missing in this project. Add to the end of its settings: "
                "'from connector_kit.server.joining import join' and 'join(globals())'."
            )
        from connector_kit import checks  # noqa: F401, PLC0415
        from connector_kit.embedded import tasks as embedded_tasks  # noqa: F401, PLC0415
        from connector_kit.publisher.checks import register_checks  # noqa: PLC0415
        from connector_kit.publisher.licenses import tasks as licenses  # noqa: F401, PLC0415
        from connector_kit.rollouts import tasks  # noqa: F401, PLC0415

        register_checks()
