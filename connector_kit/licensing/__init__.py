"""The logic of licenses: days, policies, standing, results of a shop's events. Pure: no I/O."""

from connector_kit.licensing.days import day_of, end_of, instant, stamp
from connector_kit.licensing.documents import (
    CHILD,
    Difference,
    Listing,
    Wanted,
    differences,
    live_edition,
    written,
)
from connector_kit.licensing.errors import LicensingError, Problem
from connector_kit.licensing.events import Event, Kind, parse_event
from connector_kit.licensing.fold import Entitlement, fold
from connector_kit.licensing.policy import (
    MOST_DAYS,
    MOST_STORES,
    LicensePolicy,
    PolicyRule,
    parse_policies,
    policy_for,
)
from connector_kit.licensing.terms import (
    Milestone,
    Notice,
    Standing,
    Terms,
    latest,
    milestones,
    next_change,
    standing,
)

__all__ = [
    "CHILD",
    "MOST_DAYS",
    "MOST_STORES",
    "Difference",
    "Entitlement",
    "Event",
    "Kind",
    "LicensePolicy",
    "LicensingError",
    "Listing",
    "Milestone",
    "Notice",
    "PolicyRule",
    "Problem",
    "Standing",
    "Terms",
    "Wanted",
    "day_of",
    "differences",
    "end_of",
    "fold",
    "instant",
    "latest",
    "live_edition",
    "milestones",
    "next_change",
    "parse_event",
    "parse_policies",
    "policy_for",
    "stamp",
    "standing",
    "written",
]
