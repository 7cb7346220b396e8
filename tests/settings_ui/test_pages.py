"""Every page shows what there is, in a bounded number of queries."""

import pytest
from django.urls import reverse

from tests.settings_ui.fixtures import World, fail_some

pytestmark = pytest.mark.django_db


def text_of(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def at(name: str, *args, **query) -> str:
    return reverse(f"console:{name}", args=args, query=query or None)


def furnish(world: World, count: int) -> dict[str, str]:
    """Fill every page with *count* rows; return the pages' addresses by name."""
    rows = world.install(count)
    one = rows[0]
    world.consist(one)
    for _ in range(count):
        operation = world.update(one)
    rollout = world.roll_out(waves=["2", "rest"])
    fail_some(rollout, count // 2)
    dry_run = world.try_out(one, outcome="failed", code="x", message="No.")
    return {
        "overview": at("overview"),
        "connectors": at("connectors"),
        "connector": at("connector", "orders-to-slack"),
        "release": at("release", "orders-to-slack", "1.1.0", against="1.0.0"),
        "installations": at("installations"),
        "installation": at("installation", one.integration_id),
        "changes": at("changes", one.integration_id),
        "operations": at("operations", one.integration_id),
        "operation": at("operation", one.integration_id, operation.pk),
        "rollouts": at("rollouts"),
        "new rollout": at("rollout-new", connector="orders-to-slack"),
        "rollout": at("rollout", rollout.pk),
        "progress": at("rollout-progress", rollout.pk),
        "pushes": at("pushes", rollout.pk),
        "dry run": at("dry-run", dry_run.pk),
        "dry run's progress": at("dry-run-progress", dry_run.pk),
        "audit": at("audit"),
    }


QUERIES_AT_MOST = 14


@pytest.mark.parametrize("count", [10, 500])
def test_no_page_takes_more_queries_for_more_rows(
    world, admin, count, django_assert_max_num_queries
):
    for name, address in furnish(world, count).items():
        admin.get(address)
        with django_assert_max_num_queries(QUERIES_AT_MOST, info=name):
            assert admin.get(address).status_code == 200, name
