from django.apps import AppConfig


class ConnectorKitConfig(AppConfig):
    """The kit as a Django app: its models, its commands, its checks."""

    name = "connector_kit"
    label = "connector_kit"
    verbose_name = "Connector Kit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register checks and signal receivers; only now, since what they use reads the models."""
        from connector_kit import checks  # noqa: F401, PLC0415
        from connector_kit.embedded import tasks as embedded_tasks  # noqa: F401, PLC0415
        from connector_kit.publisher.checks import register_checks  # noqa: PLC0415
        from connector_kit.publisher.licenses import tasks as licenses  # noqa: F401, PLC0415
        from connector_kit.rollouts import tasks  # noqa: F401, PLC0415

        register_checks()
