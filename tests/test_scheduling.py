"""What the order and the second chances of tests name is there."""

from pathlib import Path

from tests.conftest import REAL
from tests.scheduling import DATABASES, LONGEST
from workshop.newest import TESTS as ON_NEWEST
from workshop.production import TESTS as ON_POSTGRESQL

TESTS = Path(__file__).parent


def test_every_file_that_begins_early_or_gets_a_second_chance_exists():
    named = [*(f"tests/{name}" for name in REAL), *DATABASES, *LONGEST, *ON_POSTGRESQL, *ON_NEWEST]

    assert [name for name in named if not (TESTS.parent / name).exists()] == []
