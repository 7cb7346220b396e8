"""The mail server, from the one address that names it."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

BACKENDS = "django.core.mail.backends"


@dataclass(frozen=True)
class MailServer:
    """Django's settings of a mail server."""

    backend: str = f"{BACKENDS}.dummy.EmailBackend"
    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = False
    tls: bool = False


def mail_settings(url: str) -> MailServer:
    """Return the settings for ``smtp://user:password@host:587``, ``smtps://``, ``console://``.

    With a user or the port 587, smtp speaks STARTTLS, so that no password travels in the clear.
    """
    if not url:
        return MailServer()
    parts = urlsplit(url)
    if parts.scheme == "console":
        return MailServer(backend=f"{BACKENDS}.console.EmailBackend")
    tls = parts.scheme == "smtps"
    port = parts.port or (465 if tls else 25)
    return MailServer(
        backend=f"{BACKENDS}.smtp.EmailBackend",
        host=parts.hostname or "localhost",
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=not tls and (port == 587 or bool(parts.username)),
        tls=tls,
    )
