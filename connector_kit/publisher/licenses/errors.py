"""What a publisher asks of licenses and cannot have."""

from connector_kit.licensing import LicensingError, Problem
from connector_kit.publisher.errors import PublisherError


class LicenseError(PublisherError):
    """A request that does not fit the license; the message names the way out.

    It begins with the name of the *field* at fault, if a single one is.
    """

    code = "license_refused"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        word, colon, _ = message.partition(":")
        self.field = word if colon and word.isidentifier() else None


class UnknownLicense(LicenseError):
    """No license is meant, or more than one."""

    code = "unknown_license"


class LicenseExists(LicenseError):
    """The customer has a license of the connector already, with other terms."""

    code = "license_exists"


class LicenseGone(LicenseError):
    """The platform no longer has the license."""

    code = "license_gone"


class WorkerLost(LicenseError):
    """Processes died at this license again and again, without an exception."""

    code = "worker_lost"


class NotOffered(LicensingError, LicenseError):
    """An edition or an add-on is named that the connector does not have."""

    def __init__(self, problem: Problem) -> None:
        LicensingError.__init__(self, problem)


class EventConflict(LicenseError):
    """An event that contradicts one that is stored; *code* says how."""

    def __init__(self, code: str, message: str, field: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
