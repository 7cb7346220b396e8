"""Files of tests that lists name are there."""

from pathlib import Path

from tests.conftest import REAL
from tests.scheduling import DATABASES, LONGEST
from workshop.newest import TESTS as ON_NEWEST
from workshop.production import TESTS as ON_POSTGRESQL

TESTS = Path(__file__).parent


def test_every_file_that_is_named_in_a_list_exists():
    named = [*(f"tests/{name}" for name in REAL), *DATABASES, *LONGEST, *ON_POSTGRESQL, *ON_NEWEST]

    assert [name for name in named if not (TESTS.parent / name).exists()] == []
