"""A custom runtime for Lambda, which sees the whole client context.

AWS's own Python runtime shows ``client``, ``custom`` and ``env`` of it and nothing else, so that
``function`` may not arrive. As the ``bootstrap`` of a function on ``provided.al2023``::

    exec python3 -m connector_kit.extension.lambda_runtime my_package.handlers:handler
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from types import SimpleNamespace
from typing import Any

import requests

from connector_kit.extension.lambdas import FunctionError, Handler

API = "http://{}/2018-06-01/runtime"
"""AWS's Runtime API; AWS_LAMBDA_RUNTIME_API holds its host."""


def serve_invocations(handler: Handler, api: str) -> None:
    """Answer one invocation after the other, for as long as AWS lets the process live.

    Raises requests' errors when the Runtime API cannot be reached: AWS starts another process.
    """
    with requests.Session() as session:
        session.trust_env = False
        while True:
            # The answer comes when there is something to do: no time-out, says AWS.
            invocation = session.get(f"{api}/invocation/next", timeout=None)
            invocation.raise_for_status()
            address = f"{api}/invocation/{invocation.headers['Lambda-Runtime-Aws-Request-Id']}"
            sent = invocation.headers.get("Lambda-Runtime-Client-Context")
            try:
                context = SimpleNamespace(client_context=json.loads(sent) if sent else None)
                result = json.dumps(handler(invocation.json(), context))
            except (Exception, SystemExit) as failure:  # noqa: BLE001 - AWS has a way to be told
                _report(session, f"{address}/error", failure)
            else:
                session.post(f"{address}/response", data=result, timeout=60).raise_for_status()


def _report(session: requests.Session, address: str, failure: BaseException) -> None:
    """Tell AWS of *failure*, in the words that the platform reads."""
    known = failure if isinstance(failure, FunctionError) else FunctionError.of(failure)
    error: dict[str, Any] = {"errorMessage": str(known), "errorType": type(failure).__name__}
    session.post(address, json=error, timeout=60).raise_for_status()


def main(target: str) -> None:
    """Serve the handler at *target*, ``package.module:name``.

    When there is none, AWS is told why, and fails the calls with that.
    """
    api = API.format(os.environ["AWS_LAMBDA_RUNTIME_API"])
    module, _, name = target.partition(":")
    try:
        handler: Handler = getattr(importlib.import_module(module), name)
    except (Exception, SystemExit) as failure:
        with requests.Session() as session:
            session.trust_env = False
            _report(session, f"{api}/init/error", failure)
        raise
    serve_invocations(handler, api)


if __name__ == "__main__":
    main(sys.argv[1])
