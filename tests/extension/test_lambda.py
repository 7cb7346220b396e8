"""A Lambda stack: events in, results or the reference's failure out; no Django, no token."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from connector_kit.extension import lambda_handler
from connector_kit.extension.lambda_runtime import API, main, serve_invocations
from connector_kit.extension.lambdas import FunctionError
from tests.extension import unruly


class hooks:  # noqa: N801 - a namespace, as an author writes it
    """Hooks of a self-made integration."""

    @staticmethod
    def double(options: dict[str, Any]) -> list[Any]:
        return [{"data": number * 2} for number in options["data"]]

    @staticmethod
    async def later(options: dict[str, Any]) -> Any:
        return options["answer"]

    @staticmethod
    def nothing(_options: dict[str, Any]) -> None:
        return None

    raises_later = staticmethod(unruly.raises_later)


FUNCTIONS = SimpleNamespace(hooks=hooks)

OF_AWS = "AWS's own runtime, which shows custom only"
WHOLE = "a runtime that shows the whole"


def context(shape: str = WHOLE, **keys: Any) -> SimpleNamespace:
    """What a handler is given beside the event."""
    shown = {OF_AWS: SimpleNamespace(custom=keys, client=None, env=None), WHOLE: keys}[shape]
    return SimpleNamespace(client_context=shown)


def failure(call: Any) -> dict[str, Any]:
    with pytest.raises(FunctionError) as raised:
        call()
    return dict(json.loads(str(raised.value)))


@pytest.mark.parametrize("shape", [OF_AWS, WHOLE])
def test_the_event_is_the_options_and_the_client_context_the_rest_of_the_call(shape: str) -> None:
    handler = lambda_handler({"diy": FUNCTIONS})

    answer = handler({"data": [1, 2]}, context(shape, diy=True, type="hook", function="double"))

    assert answer == [{"data": 2}, {"data": 4}]


def test_a_connectors_functions_are_found_by_its_id() -> None:
    handler = lambda_handler({"connectors": {"c1": FUNCTIONS}})

    called = context(_connectorId="c1", type="hook", function="later")
    assert handler({"answer": 7}, called) == 7


def test_no_result_is_none() -> None:
    handler = lambda_handler({"diy": FUNCTIONS})

    assert handler({"a": 1}, context(diy=True, type="hook", function="nothing")) is None


FAILURES = {
    "no client context": (
        SimpleNamespace(client_context=None),
        ["missing_required_field", "missing_required_field"],
    ),
    "an unknown function": (context(diy=True, type="hook", function="x"), ["invalid_function"]),
    "an answer over the limit": (
        context(diy=True, type="hook", function="later", maxResponseSize=3),
        ["response_size_exceeded"],
    ),
    "work left running that fails": (
        context(diy=True, type="hook", function="raises_later"),
        ["LookupError"],
    ),
}


@pytest.mark.parametrize(("given", "codes"), FAILURES.values(), ids=FAILURES.keys())
def test_a_call_that_fails_raises_the_json_that_the_platform_reads(
    given: Any, codes: list[str]
) -> None:
    handler = lambda_handler({"diy": FUNCTIONS})

    refused = failure(lambda: handler({"answer": "long text"}, given))

    assert refused["statusCode"] == 422
    assert [error["code"] for error in refused["errors"]] == codes


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ({}, "missing_parameter"),
        ({"diy": None}, "missing_required_field"),
        ({"diy": FUNCTIONS, "connectors": {"c1": FUNCTIONS}}, "invalid_configuration"),
        ({"connectors": {}}, "invalid_field"),
        ({"a": 1}, "missing_required_field"),
        (None, "missing_parameter"),
        ({"diy": "no_such_module_at_all"}, "invalid_field"),
        ({"diy": 7}, "invalid_field"),
        ({"connectors": []}, "invalid_field"),
        ({"connectors": "c1"}, "invalid_field"),
    ],
)
@pytest.mark.parametrize("event", [{}, {"bearerToken": "t"}, None])
def test_every_call_of_a_wrong_configuration_fails(config: Any, code: str, event: Any) -> None:
    handler = lambda_handler(config)

    for _ in range(2):
        refused = failure(lambda: handler(event, context(diy=True, type="hook", function="x")))

        assert refused["statusCode"] == 422
        [error] = refused["errors"]
        assert error["code"] == code
        assert error["message"]


@pytest.mark.parametrize("context_given", [None, object(), SimpleNamespace(client_context=7)])
def test_a_context_that_says_nothing_fails_the_call_in_words(context_given: Any) -> None:
    handler = lambda_handler({"diy": FUNCTIONS})

    refused = failure(lambda: handler({"a": 1}, context_given))

    assert [error["code"] for error in refused["errors"]] == ["missing_required_field"] * 2


def test_django_is_not_imported() -> None:
    program = (
        "import sys; from connector_kit.extension import lambda_handler;"
        "lambda_handler({'diy': {'hooks': {'f': lambda options: 1}}});"
        "sys.exit('django' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


class RuntimeApi(BaseHTTPRequestHandler):
    """AWS's Runtime API, with one invocation after the other; then it goes away."""

    invocations: list[tuple[str, Any]]
    answers: list[tuple[str, Any]]

    def do_GET(self) -> None:
        if not self.invocations:
            self.send_error(500)
            return
        client_context, event = self.invocations.pop(0)
        body = json.dumps(event).encode()
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", f"r{len(self.invocations)}")
        self.send_header("Lambda-Runtime-Client-Context", client_context)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answers.append((self.path.rpartition("/invocation/")[2], sent))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def runtime_api() -> Iterator[str]:
    call = {"diy": True, "type": "hook", "function": "later"}
    RuntimeApi.invocations = [
        ("{no JSON", {"a": 1}),
        (json.dumps(call), {"answer": "done"}),
        (json.dumps({**call, "function": "unknown"}), {"a": 1}),
    ]
    RuntimeApi.answers = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), RuntimeApi)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield API.format(f"127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()


def test_the_custom_runtime_answers_aws_with_results_and_failures(runtime_api: str) -> None:
    with pytest.raises(requests.HTTPError):
        serve_invocations(lambda_handler({"diy": FUNCTIONS}), runtime_api)

    (zeroth, unread), (first, result), (second, error) = RuntimeApi.answers
    assert zeroth == "r2/error"
    assert json.loads(unread["errorMessage"])["statusCode"] == 422
    assert (first, result) == ("r1/response", "done")
    assert second == "r0/error"
    assert json.loads(error["errorMessage"])["errors"][0]["code"] == "invalid_function"


def test_the_custom_runtime_tells_aws_of_a_misconfigured_lambda(runtime_api: str) -> None:
    with pytest.raises(requests.HTTPError):
        serve_invocations(lambda_handler({}), runtime_api)

    assert len(RuntimeApi.answers) == 3
    for place, answer in RuntimeApi.answers[1:]:
        assert place.endswith("/error")
        assert json.loads(answer["errorMessage"])["errors"][0]["code"] == "missing_parameter"


def test_the_custom_runtime_tells_aws_why_there_is_no_handler(
    runtime_api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", runtime_api.split("/")[2])

    with pytest.raises(ModuleNotFoundError):
        main("no_such_module:handler")

    [(place, error)] = RuntimeApi.answers
    assert place.endswith("/runtime/init/error")
    assert json.loads(error["errorMessage"])["errors"][0]["code"] == "ModuleNotFoundError"
