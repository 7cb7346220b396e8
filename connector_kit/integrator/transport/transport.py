"""The one seam to integrator.io: connections, token, throttle, repeats, translation of errors."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from ssl import SSLCertVerificationError
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError, NewConnectionError

from connector_kit.integrator.errors import (
    IntegratorError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unavailable,
)
from connector_kit.integrator.transport import answers
from connector_kit.integrator.transport.bounds import AnswerTooLarge
from connector_kit.integrator.transport.calls import Answer, AttemptFailed, Call, Outcome, Params
from connector_kit.integrator.transport.pool import Pool
from connector_kit.integrator.transport.retry import Course, RetryPolicy
from connector_kit.integrator.transport.secret import BearerAuth, Secret
from connector_kit.integrator.transport.throttle import Throttle, TurnTooLate
from connector_kit.integrator.transport.timing import Deadline, Timeout

logger = logging.getLogger(__name__)

_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": "connector-kit",
}
_TYPE_OF_BODY = "application/json; charset=utf-8"


@dataclass(eq=False)
class Transport:
    """Sends calls to one account with one token; used by one thread."""

    base_url: str
    token: Secret
    account: str
    pool: Pool = field(repr=False)
    throttle: Throttle = field(repr=False)
    retry: RetryPolicy
    timeout: Timeout
    deadline: Deadline | None = None
    requests_sent: int = 0

    def __post_init__(self) -> None:
        self._auth = BearerAuth(self.token)
        self._encoded_base_url = _encoded_base_url(self.base_url)

    def send(self, call: Call) -> Answer:
        """Return the answer to *call*; raises an IntegratorError."""
        limit = Deadline.after(self.timeout.total, clock=self.retry.clock)
        return Course(call, self.retry, limit.earlier(self.deadline)).run(self._attempt)

    def items(self, call: Call) -> Iterator[Any]:
        """Yield the items of the list that *call* reads, page after page.

        Raises `Refused` for a page that was read already: the pages would never end.
        """
        pages: set[str] = set()
        while True:
            answer = self.send(call)
            yield from answer.body
            if answer.next_page is None:
                return
            if answer.next_page in pages:
                line = f"{call.method} {urlsplit(call.path).path}"
                raise Refused(f"{line} returned a next page that was already read.", request=line)
            pages.add(answer.next_page)
            call = replace(call, path=answer.next_page, params=None)

    def _attempt(self, course: Course) -> Answer:
        call, deadline = course.call, course.deadline
        request = self._prepare(call)
        line = f"{call.method} {urlsplit(request.url or '').path}"
        try:
            self.throttle.acquire(self.account, within=deadline.remaining())
        except TurnTooLate as late:
            error = RateLimited(f"{line} was not sent: {late}", request=line)
            error.retry_after = late.seconds
            raise AttemptFailed(Outcome.NOT_SENT, error, retry_after=late.seconds) from None
        left = deadline.remaining()
        if left <= 0:
            reason = f"{line} was not sent: the time limit was reached."
            raise AttemptFailed(Outcome.NOT_SENT, Unavailable(reason, request=line))
        timeouts = min(self.timeout.connect, left), min(call.patience or self.timeout.read, left)
        response = self._exchange(request, timeouts, left, line)
        if 200 <= response.status_code < 300:
            return answers.read(response, call, line, mask=self.token.mask_in)
        if course.tolerates(response.status_code):
            return Answer(response.status_code, None)
        refusal = answers.error_of(response, line, mask=self.token.mask_in)
        if isinstance(refusal, AttemptFailed) and refusal.outcome is Outcome.TURNED_AWAY:
            self.throttle.slow_down(self.account, refusal.retry_after)
        raise refusal

    def _prepare(self, call: Call) -> requests.PreparedRequest:
        request = requests.PreparedRequest()
        request.method, request.body = call.method, call.body
        # Only addresses that the kit did not write itself need a check.
        if call.path.startswith(("https://", "http://")):
            request.url = _encoded(call.path)
        else:
            address = self._encoded_base_url + call.path
            request.url = _encoded(address, call.params) if call.params else address
        headers = _HEADERS
        if call.body is not None:
            length = str(len(call.body))
            headers = {**_HEADERS, "Content-Type": _TYPE_OF_BODY, "Content-Length": length}
        elif call.method != "GET":
            headers = {**_HEADERS, "Content-Length": "0"}
        request.headers = CaseInsensitiveDict(headers)
        if call.headers:
            request.headers.update(call.headers)
        return self._auth(request)

    def _exchange(
        self,
        request: requests.PreparedRequest,
        timeouts: tuple[float, float],
        seconds: float,
        line: str,
    ) -> requests.Response:
        self.requests_sent += 1
        began = time.perf_counter()
        try:
            response = self.pool.send(request, timeout=timeouts, seconds=seconds)
        except (requests.RequestException, HTTPError, OSError) as error:
            failed = self._no_response(error, request.method, line)
        else:
            seconds = time.perf_counter() - began
            logger.debug("%s: %d in %.3f s", line, response.status_code, seconds)
            return response
        raise failed

    def _no_response(self, error: Exception, method: str | None, line: str) -> Exception:
        """Translate *error*, whose frames and request hold the token, into one that does not."""
        root: BaseException = error  # the first of the errors that led to it has the reason
        while earlier := root.__cause__ or root.__context__:
            root = earlier
        if isinstance(root, AnswerTooLarge):  # not retried: the next answer would be as large
            kind = IntegratorError if method == "GET" else OutcomeUnknown
            return kind(f"{line} failed: {root}. Request less at a time.", request=line)
        outcome = Outcome.NOT_SENT if _never_sent(error) else Outcome.NO_ANSWER
        happened = "did not reach" if outcome is Outcome.NOT_SENT else "got no response from"
        why = self.token.mask_in(str(root))
        cause = type(error) if isinstance(error, requests.RequestException) else ConnectionError
        return AttemptFailed(
            outcome,
            Unavailable(f"{line} {happened} {self.base_url}: {why.rstrip('.')}.", request=line),
            cause=cause(why),
        )


@lru_cache(maxsize=8)
def _encoded_base_url(url: str) -> str:
    return _encoded(url).rstrip("/")


def _encoded(url: str, params: Params | None = None) -> str:
    """Return *url* as it travels; raises `requests.exceptions.InvalidURL`, a ValueError."""
    request = requests.PreparedRequest()
    spelled = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in (params or {}).items()
    }
    request.prepare_url(url, spelled)
    return str(request.url)


def _never_sent(error: Exception) -> bool:
    """Whether no connection was made, so that the request cannot have reached the platform."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    causes = (reason, getattr(reason, "__cause__", None), *getattr(reason, "args", ()))
    return any(isinstance(cause, NewConnectionError | SSLCertVerificationError) for cause in causes)
