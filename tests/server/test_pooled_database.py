"""Behind a pool that gives connections away, nothing outlives its transaction."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
from django.conf import settings
print(settings.DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"])
"""


@pytest.mark.parametrize(("words", "are_off"), [("1", "True"), ("", "False")])
def test_cursors_on_the_server_are_off_behind_a_pool(
    tmp_path: Path, words: str, are_off: str
) -> None:
    asked = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=Path(__file__).parents[2],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "connector_kit.server.settings",
            "CONNECTOR_KIT_HOME": str(tmp_path),
            "CONNECTOR_KIT_DATABASE_POOLED": words,
        },
        capture_output=True,
        text=True,
        check=True,
    )

    assert asked.stdout.strip() == are_off
