"""Whatever cuts a deployment's operation off, calling again completes it."""

from collections.abc import Callable

import pytest
from django.db import OperationalError

from connector_kit.embedded import complete, deploy, record_release, remove, update
from connector_kit.integrator.errors import IntegratorError
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.models import Installation
from tests.embedded.fixtures import SECOND, Embedding, problems_of
from tests.embedded.shop import credentials_for
from tests.lifecycle.frameworks import STRICT_TOO
from tests.lifecycle.misfortunes import BrokenRecord, Death, DeathAfterRequest, points

pytestmark = [pytest.mark.points, STRICT_TOO]

Act = Callable[[], object]


class Fault:
    """The platform's misfortune: from the nth request on, or at the nth alone."""

    def __init__(self, kind: str, limit: int = 0) -> None:
        self.kind, self.limit = kind, limit

    def strike(self, n: int, embedding: Embedding) -> None:
        self.platform = embedding.platform
        self.platform.control("/reset_counters", {})
        self.platform.control(
            "/faults",
            {
                "rate": 1,
                "kinds": [self.kind],
                "skip": n,
                "limit": self.limit,
                "accounts": [embedding.sandbox_account.account_id],
            },
        )

    def end(self) -> bool:
        """Behave again; returns whether anything went wrong."""
        self.platform.control("/faults", {})
        return self.platform.control("/counters")["faults_injected"] > 0


MISFORTUNES = {
    "errors_beyond_all_repeats": Fault("500"),
    "one_dropped_connection": Fault("drop", limit=1),
    "one_lost_answer": Fault("lost_answer", limit=1),
    "answers_lost_from_then_on": Fault("lost_answer"),
    "death_after_the_request": DeathAfterRequest(),
    "a_database_that_fails_to_record": BrokenRecord(),
}


@pytest.fixture(params=MISFORTUNES)
def misfortune(request):
    return MISFORTUNES[request.param]


def live_through(misfortune, n: int, embedding: Embedding, act: Act, again: Act) -> bool:
    """Have *act* struck at its nth point, then do it *again*; returns whether anything struck."""
    misfortune.strike(n, embedding)
    try:
        act()
    except (Death, LifecycleError, IntegratorError, OperationalError):
        struck = misfortune.end()
        assert struck
        again()
        return True
    return misfortune.end()


def test_a_deployment_is_complete_in_the_end_and_made_once(embedding, release, address, misfortune):
    credentials = credentials_for(address)
    nothing = embedding.everything()

    def act():
        deploy(release.connector, embedding.account, "acme", credentials=credentials)

    for n in points():
        struck = live_through(misfortune, n, embedding, act, act)
        [deployment] = Installation.objects.all()

        assert problems_of(embedding, deployment, release) == []
        remove(deployment)
        left = [item for item in embedding.everything() if item[0] != "stacks"]
        assert left == [item for item in nothing if item[0] != "stacks"]
        if not struck:
            assert n > 4
            return


def test_a_worker_completes_a_deployment_whose_connections_are_ready(
    embedding, release, address, misfortune
):
    for n in points():
        deployment = deploy(
            release.connector,
            embedding.account,
            f"user-{n}",
            credentials=credentials_for(address),
            components=False,
        )

        def act(deployment=deployment):
            complete(deployment)

        struck = live_through(misfortune, n, embedding, act, act)

        assert problems_of(embedding, deployment, release) == []
        remove(deployment)
        if not struck:
            assert n > 4
            return


def test_an_update_and_the_way_back_are_complete_in_the_end(embedding, release, acme, misfortune):
    second = record_release(SECOND)

    for n in points():
        struck = False
        for wanted in (second, release):

            def act(wanted=wanted):
                update(acme, release=wanted)

            struck |= live_through(misfortune, n, embedding, act, act)
            assert problems_of(embedding, acme, wanted) == []
        if not struck:
            assert n > 4
            return


def test_a_removal_is_complete_in_the_end(embedding, release, address, misfortune):
    nothing = embedding.everything()

    for n in points():
        deployment = deploy(
            release.connector, embedding.account, "acme", credentials=credentials_for(address)
        )

        def act(deployment=deployment):
            remove(deployment)

        struck = live_through(misfortune, n, embedding, act, act)

        assert [item for item in embedding.everything() if item[0] != "stacks"] == nothing
        if not struck:
            assert n > 4
            return
