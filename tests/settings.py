"""The kit's own settings, over an empty home folder that ends with the test run."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

HOME = Path(tempfile.mkdtemp(prefix="connector-kit-test-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)

# `make test-production` names a PostgreSQL and a Redis; each test process has one of its databases.
worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
database = os.environ.get("CONNECTOR_KIT_TEST_DATABASE_URL", "")
broker = os.environ.get("CONNECTOR_KIT_TEST_REDIS_URL", "")

for name in list(os.environ):
    if name.startswith("CONNECTOR_KIT_") or name in {"DATABASE_URL", "REDIS_URL", "DEBUG"}:
        del os.environ[name]
os.environ["CONNECTOR_KIT_HOME"] = str(HOME)
if database:
    os.environ |= {"DATABASE_URL": database, "REDIS_URL": f"{broker}/{worker}"}
# To Redis, which outlives each test, all of them are one address, one link 1 and one user 1.
for name in ("API_RATE", "API_WRITE_RATE", "SAVE_RATE", "REFRESH_RATE"):
    os.environ[f"CONNECTOR_KIT_{name}"] = "100000/minute"

from connector_kit.server.settings import *  # noqa: E402, F403

# Django's own takes a third of a second on purpose, whenever a member of the staff is made.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
