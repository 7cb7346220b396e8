import pytest

from connector_kit.publisher.actions import THE_KIT
from connector_kit.publisher.roles import Role
from connector_kit.publisher.staff import set_role
from tests.lifecycle.fixtures import customer, doorway, no_waiting, server, shop, upgraded
from tests.publisher.fixtures import platform

__all__ = ["customer", "doorway", "no_waiting", "platform", "server", "shop", "upgraded"]


@pytest.fixture
def stack_address(server, settings, db):
    """Where the stack listens, and the pages with it."""
    settings.ROOT_URLCONF = "tests.settings_pages.served_urls"
    return server.url


@pytest.fixture
def staff(client, django_user_model):
    """A browser with a member of the staff logged in, by role."""

    def log_in(role: Role = Role.OPERATOR):
        set_role(f"the-{role}", role, by=THE_KIT)
        client.force_login(django_user_model.objects.get(username=f"the-{role}"))
        return client

    return log_in
