"""Which tests run in one process, and which begin first, where several processes run them.

The tests of a file share what the file sets up. Files whose tests share a database server run in
one process too, and what takes longest begins first, so that no process is alone at the end.
"""

import pytest
from xdist.scheduler import LoadFileScheduling

DATABASES = (
    "tests/api/test_scale.py",
    "tests/lifecycle/test_odd_text.py",
    "tests/lifecycle/test_one_at_a_time.py",
    "tests/models/test_clock.py",
    "tests/models/test_columns.py",
    "tests/models/test_statements.py",
    "tests/models/test_upgrades.py",
    "tests/publisher/licenses/test_license_concurrency.py",
    "tests/rollouts/test_rollout_concurrency.py",
    "tests/rollouts/test_starting_scale.py",
    "tests/settings_ui/test_odd_queries.py",
    "tests/settings_ui/test_scale.py",
)
"""Tests on the PostgreSQL server and the file of SQLite of `tests.rollouts.databases`."""

SLOWEST = (
    "tests/chaos/test_operators_under_fire.py",
    "tests/sandbox/test_openapi.py",
    "tests/chaos/test_rollout_under_fire.py",
    "tests/extension/test_many_calls.py",
    "tests/chaos/test_clocks_apart.py",
    "tests/publisher/test_many_installations.py",
    "tests/publisher/licenses/test_many_licenses.py",
    "tests/chaos/test_broker_outages.py",
    "tests/chaos/test_embedded_under_fire.py",
    "tests/api/test_schema.py",
    "tests/chaos/test_deployments.py",
    "tests/chaos/test_strangers.py",
    "tests/packaging/test_wheel.py",
)
"""Files of the slow suite that take more than half a minute, roughly the longest first."""

LONGEST = (
    *SLOWEST,
    "tests/e2e/test_console.py",
    *DATABASES,
    "tests/e2e/test_story.py",
    "tests/lifecycle/test_convergence.py",
    "tests/server/test_serving.py",
    "tests/settings_ui/test_live_in_browser.py",
    "tests/settings_pages/test_settings_in_browser.py",
    "tests/server/test_authorization.py",
    "tests/settings_pages/test_odd_forms.py",
    "tests/api/test_odd_input.py",
    "tests/api/test_any_request.py",
    "tests/rollouts/test_rollout_machine.py",
    "tests/embedded/test_interruptions.py",
    "tests/extension/test_isolation.py",
    "tests/extension/test_isolation_privacy.py",
    "tests/server/test_function_processes.py",
)
"""Files that take more than ten seconds, roughly the longest first."""


class Scheduling(LoadFileScheduling):
    """Hands out whole files, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "databases" if file in DATABASES else file


def put_longest_first(items: list[pytest.Item]) -> None:
    """Bring the tests of long files to the front; all others stay as they are."""
    ranks = {file: rank for rank, file in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.location[0], len(ranks)))
