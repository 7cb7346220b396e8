"""The database of ``dev``: ``python -m connector_kit.cli.dev.database USER``.

Brings it up to date and admits *USER* to the console with the password in
``DJANGO_SUPERUSER_PASSWORD``, both in one process: Django takes two seconds to import.
"""

import sys

import django


def main(name: str) -> None:
    """Do both; a user who is known already stays as it is."""
    django.setup()
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - Django must be ready
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    users = get_user_model()
    if not users.objects.filter(**{users.USERNAME_FIELD: name}).exists():
        call_command("createsuperuser", interactive=False, username=name, email="", verbosity=0)


if __name__ == "__main__":
    main(sys.argv[1])
