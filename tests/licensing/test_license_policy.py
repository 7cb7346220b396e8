"""Policies: one for every edition of every connector, from a few rules."""

import pytest

from connector_kit.licensing import LicensePolicy, parse_policies, policy_for

RULES = parse_policies(
    """{"*": {"grace_days": 10, "reminder_days": [1, 7]},
        "Premium": {"grace_days": 30},
        "commerce-hub/*": {"trial_days": 30, "grace_days": 5},
        "commerce-hub/premium": {"reminder_days": []}}"""
)


@pytest.mark.parametrize(
    ("connector", "edition", "expected"),
    [
        ("other", "", LicensePolicy(grace_days=10, reminder_days=(7, 1))),
        ("other", "premium", LicensePolicy(grace_days=30, reminder_days=(7, 1))),
        ("commerce-hub", "", LicensePolicy(trial_days=30, grace_days=5, reminder_days=(7, 1))),
        ("commerce-hub", "PREMIUM", LicensePolicy(trial_days=30, grace_days=5, reminder_days=())),
    ],
)
def test_each_number_comes_from_the_rule_that_names_the_license_most_closely(
    connector, edition, expected
):
    assert policy_for(RULES, connector, edition) == expected


def test_without_rules_there_is_a_policy_all_the_same():
    assert policy_for((), "any", "") == LicensePolicy()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "must be a JSON object"),
        ('{"*": 3}', "has no object for '\\*'"),
        ('{"*": {"grace": 3}}', "has the unknown option 'grace' for '\\*'"),
        ('{"*": {"grace_days": -1}}', "has an invalid grace_days for '\\*'"),
        ('{"*": {"grace_days": true}}', "whole number"),
        ('{"*": {"reminder_days": 7}}', "list of days"),
        ('{"*": {"reminder_days": ["7"]}}', "whole number"),
        ('{"/premium": {}}', "has the rule '/premium'"),
        ('{"": {}}', "has the rule ''"),
    ],
)
def test_what_cannot_be_used_is_named(given, said):
    with pytest.raises(ValueError, match=said):
        parse_policies(given)
