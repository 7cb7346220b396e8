"""What a publisher asks of licences and cannot have."""

from connector_kit.publisher.errors import PublisherError


class LicenseError(PublisherError):
    """A request that does not fit the licence; the message names the way out."""


class UnknownLicense(LicenseError):
    """No licence is meant, or more than one."""


class LicenseExists(LicenseError):
    """The customer has a licence of the connector already, with other terms."""


class LicenseGone(LicenseError):
    """The platform has the licence no more."""


class EventConflict(LicenseError):
    """An event that contradicts one that is stored; *code* says how."""

    def __init__(self, code: str, message: str, field: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
