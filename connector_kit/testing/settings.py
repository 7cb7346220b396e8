"""Django's settings for tests: the kit's own, over an empty folder that ends with the test run."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

HOME = Path(tempfile.mkdtemp(prefix="connector-kit-test-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)

# What a developer's shell or .env says of a real server must not reach a test.
for name in list(os.environ):
    if name.startswith("CONNECTOR_KIT_") or name in {"DATABASE_URL", "REDIS_URL", "DEBUG"}:
        del os.environ[name]
os.environ["CONNECTOR_KIT_HOME"] = str(HOME)

from connector_kit.local_redis import stop_redis  # noqa: E402
from connector_kit.server.settings import *  # noqa: E402, F403

atexit.register(stop_redis, HOME)  # before the folder goes: what is registered last runs first

# On disk: in memory, the server's threads would share one connection with the test.
DATABASES["default"]["TEST"] = {"NAME": str(HOME / "test.sqlite3")}  # noqa: F405

# Django's own takes a third of a second on purpose, whenever a member of the staff is made.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
