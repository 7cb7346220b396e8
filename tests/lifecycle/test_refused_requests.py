"""A request that the platform refuses during an operation slows the account down for everybody."""

import uuid

import pytest

from connector_kit.integrator import OneTimeToken
from connector_kit.integrator.errors import RateLimited
from connector_kit.lifecycle.lease import leased
from connector_kit.lifecycle.platform import account_client
from connector_kit.models import Connector, Installation
from tests.integrator.scripted import Reply, scripted_platform

TOO_MANY = Reply(429, {"errors": [{"code": "too_many"}]}, {"Retry-After": "600"})

pytestmark = pytest.mark.django_db


@pytest.fixture
def refusing(settings):
    """A platform that refuses the first request and would answer all others."""
    with scripted_platform() as platform:
        platform.plays(TOO_MANY, Reply(200, {"_userId": "64a1"}))
        settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "base_url": platform.base_url}
        yield platform


@pytest.fixture
def call_in():
    """Have another function call, of another installation, ask whose account it is in."""
    connector = Connector.objects.create(slug="orders", name="Orders", connector_id="e" * 24)

    def ask(account):
        installation = Installation.objects.create(
            connector=connector, integration_id=uuid.uuid4().hex[:24]
        )
        with (
            leased(installation) as lease,
            OneTimeToken("tok-of-the-call") as token,
            account_client(token, account=account, seconds=5, lease=lease) as client,
        ):
            return client.token_info()

    return ask


@pytest.fixture
def account():
    return uuid.uuid4().hex


def test_no_other_call_in_that_account_sends_anything(refusing, call_in, account):
    with pytest.raises(RateLimited):
        call_in(account)

    with pytest.raises(RateLimited, match="was not sent"):
        call_in(account)
    assert len(refusing.received) == 1


def test_calls_in_other_accounts_go_on(refusing, call_in, account):
    with pytest.raises(RateLimited):
        call_in(account)

    assert call_in(uuid.uuid4().hex) == {"_userId": "64a1"}
