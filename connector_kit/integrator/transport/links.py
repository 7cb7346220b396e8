"""Addresses that an answer names: only ever on the host that was asked, where the token may go."""

from urllib.parse import urljoin, urlsplit, urlunsplit

from connector_kit.integrator.errors import Refused

_OF_THE_WEB_UI = "/api"
"""The paths of the web UI for what other clients find under ``/v1`` (protocol/http-api.md#1)."""


def follow(link: str, *, asked: str, request: str) -> str:
    """Return the address of the next page, which *link* names in the answer to *asked*.

    Raises `Refused` for one on another host, for what is no address, and for the address that was
    just asked.
    """
    try:
        here, there = urlsplit(asked), urlsplit(urljoin(asked, link))
    except ValueError as error:
        raise Refused(
            f"{request} returned an invalid address for the next page.", request=request
        ) from error
    if there.hostname != here.hostname:
        raise Refused(
            f"{request} returned a next page on another host, {there.hostname}. The token is not "
            "sent there.",
            request=request,
        )
    page = urlunsplit((here.scheme, here.netloc, there.path, there.query, ""))
    if page == asked:
        raise Refused(f"{request} returned itself as the next page.", request=request)
    return page


def under(base_url: str, link: str) -> str:
    """Return *link*, as the body of an answer spells it, as one below *base_url*.

    Known are complete addresses and paths: with the base's own prefix, with the one that the web
    UI uses, and with none.
    """
    if link.startswith(("https://", "http://")):
        return link
    prefix = urlsplit(base_url).path
    path = "/" + link.lstrip("/")
    if path.startswith(f"{prefix}/"):
        return path
    return prefix + (path.removeprefix(_OF_THE_WEB_UI) if path.startswith("/api/") else path)
