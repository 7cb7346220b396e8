"""Mail that the platform would send; tests read it at ``/_sandbox/mails``."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from connector_kit.sandbox.http.wire import Document

REMEMBERED = 1000


@dataclass
class Mails:
    """The newest mails."""

    sent: deque[Document] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def send(self, to: str, subject: str, about: Document) -> None:
        """Send nothing; write it down."""
        self.sent.append({"to": to, "subject": subject, "about": about})
