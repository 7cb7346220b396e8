"""The subcommands of ``manage.py embedded``: each parses, calls one function, renders."""

from connector_kit.management.embedded.accounts import ACCOUNT, NEW_KEY, ROTATE_KEYS
from connector_kit.management.embedded.action import Action, Context
from connector_kit.management.embedded.deployments import (
    COPY,
    DEPLOY,
    LIST,
    PLAN,
    RELEASE,
    REMOVE,
    UPDATE,
)
from connector_kit.management.embedded.runs import RUN_EXPORT, RUN_FLOW, RUN_IMPORT

ACTIONS: dict[str, Action] = {
    "account": ACCOUNT,
    "release": RELEASE,
    "copy": COPY,
    "deploy": DEPLOY,
    "list": LIST,
    "run-export": RUN_EXPORT,
    "run-import": RUN_IMPORT,
    "run-flow": RUN_FLOW,
    "plan": PLAN,
    "update": UPDATE,
    "remove": REMOVE,
    "new-key": NEW_KEY,
    "rotate-keys": ROTATE_KEYS,
}

__all__ = ["ACTIONS", "Action", "Context"]
