"""No account is brought to a release whose functions the running server does not have."""

import pytest

from connector_kit.models import Connector, Installation, Push, Rollout
from connector_kit.publisher import publish
from connector_kit.rollouts import RolloutError, roll_back, start_rollout
from tests.publisher.fixtures import platform, stack_address

__all__ = ["platform", "stack_address"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def renamed(platform):
    """1.0.0, which a customer has, and 1.1.0, in which its hook is called otherwise."""
    connector = Connector.objects.get(slug=publish("tests.publisher.hooked_1_0:Hooked").slug)
    Installation.objects.create(
        connector=connector, integration_id="a" * 24, version="1.0.0", mode="settings"
    )
    publish("tests.publisher.hooked_1_1:Hooked", break_installations=True)
    connector.refresh_from_db()
    return connector


def test_a_release_whose_hook_the_server_lacks_is_not_rolled_out(renamed):
    older = renamed.releases.get(version="1.0.0")

    with pytest.raises(RolloutError, match="old_hook"):
        start_rollout(renamed, release=older)

    assert not Rollout.objects.exists()


def test_nobody_is_rolled_back_to_a_release_whose_hook_the_server_lacks(renamed):
    rollout = start_rollout(renamed)
    Push.objects.update(state=Push.State.UPDATED, claimed_at=rollout.created_at, attempts=1)

    with pytest.raises(RolloutError, match="old_hook"):
        roll_back(rollout.pk)

    rollout.refresh_from_db()
    assert rollout.state == Rollout.State.RUNNING
