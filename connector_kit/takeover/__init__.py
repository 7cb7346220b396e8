"""An install base that other code made, recognized document by document. Pure: values in, plan out.

`members` says which documents are an installation's, `match` which component each of them is and by
which rule, and `plan_takeover` what taking them over writes and keeps. `connector_kit.lifecycle`
reads the account and carries the plan out.
"""

from connector_kit.takeover.matching import Found, Matching, match
from connector_kit.takeover.members import members
from connector_kit.takeover.planning import TakeoverPlan, plan_takeover
from connector_kit.takeover.rules import Rules, RulesError
from connector_kit.takeover.settings import CarriedSettings, carry_settings

__all__ = [
    "CarriedSettings",
    "Found",
    "Matching",
    "Rules",
    "RulesError",
    "TakeoverPlan",
    "carry_settings",
    "match",
    "members",
    "plan_takeover",
]
