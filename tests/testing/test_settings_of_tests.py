"""What a run of an author's tests leaves behind."""

import subprocess
import sys
from pathlib import Path

import redis

USE = """
from connector_kit.testing.settings import HOME
from connector_kit.local_redis import redis_url
print(HOME, redis_url(HOME))
"""


def test_no_redis_and_no_folder_outlives_the_run():
    printed = subprocess.run(
        [sys.executable, "-c", USE], capture_output=True, text=True, check=True
    ).stdout
    home, address = printed.split()

    with redis.Redis.from_url(address) as client:
        try:
            is_running = client.ping()
        except redis.ConnectionError:
            is_running = False
    assert not is_running
    assert not Path(home).exists()
