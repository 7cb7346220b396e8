"""Which tests run in one framework only, and why; all others are marked with `IN_BOTH`.

A row is a module, for those of its tests that are not marked, or a single test (``module::test``).
`test_in_one_framework` keeps the list complete.
"""

from __future__ import annotations

_INSTALLER = (
    "2.0 has no installer and uninstaller: the platform copies, and removes what has the tag"
)
_BUTTONS = "only 1.0 has buttons for this; in 2.0 it follows the license, or there are children"
_PAGE = "persistSettings, refreshMetadata, and fields on the page itself are 1.0's"
_INSIDE = "needs functions of 1.0 as an example; what is tested knows no framework"

ONLY_IN_1_0 = {
    "test_add_ons": _BUTTONS,
    "test_changing_editions": "2.0 only raises editions, and its license names them by an id",
    "test_credentials_to_be_entered": "in 2.0 the customer's step makes the connection",
    "test_forms_saved_whole": _PAGE,
    "test_install": _INSTALLER,
    "test_moves_converge": "lower editions and stores as sections are 1.0's",
    "test_settings_refreshed": _PAGE,
    "test_settings_saved": _PAGE,
    "test_stack_functions": "steps of installers and wrappers; see test_flat_functions",
    "test_stores": "stores as sections of a page are 1.0's; see test_children",
    "test_uninstall": _INSTALLER,
}

ONLY_IN_2_0 = {
    "test_children": "stores are children only in 2.0; see test_stores",
    "test_children_converge": "stores are children only in 2.0; see test_moves_converge",
    "test_chosen_connections": "only steps of 2.0 let customers choose a connection of their own",
    "test_flat_add_ons": "only in 2.0 a changed license is an order; see test_add_ons",
    "test_flat_editions": "only 2.0 names editions by an id",
    "test_flat_functions": "functions without a type are 2.0's",
    "test_flat_settings": "forms that are made when they are opened are 2.0's",
    "test_flat_updates": "where the listing names functions is 2.0's own",
    "test_flat_waiting": "what waits is asked for in a form; see test_waiting_for_the_customer",
    "test_forms_saved_whole::test_a_form_of_framework_two_saves_with_its_labels": (
        "preSave gets the whole document"
    ),
    "test_functions_on_scripts": "1.0 calls functions of stacks only",
    "test_hand_built_sources": "only 2.0 has a source integration",
    "test_source_convergence": "only 2.0 has a source integration",
    "test_source_integrations": "only 2.0 has a source integration",
}

IN_EITHER = {
    "test_audit_trail": _INSIDE,
    "test_bad_input": "tokens, tags, and ids are checked before a function is looked for",
    "test_busy_customers": _INSIDE,
    "test_environments": _INSIDE,
    "test_error_codes": "pure: a table of errors",
    "test_errors_travel": "pure: errors in another process",
    "test_kept_secrets": _INSIDE,
    "test_leavings": "pure: versions of documents compared",
    "test_lookup_caches": _INSIDE,
    "test_lost_answers": "pure: a create and its answer",
    "test_moving_records": "records run the same flows, however these were installed",
    "test_odd_text": _INSIDE,
    "test_one_at_a_time": "the lease is taken before a function is looked for",
    "test_operations_in_the_log": _INSIDE,
    "test_orders": "an order says nothing of what serves it",
    "test_platform_memory": _INSIDE,
    "test_recognition": "pure: documents and the components they are",
    "test_refused_requests": "the client, below all functions",
    "test_update": _INSIDE,
    "test_waiting_for_the_customer": (
        "what waits and what is brought are the same; how the customer is asked is not"
    ),
    "test_whose_word_counts": "tokens and tags are checked before a function is looked for",
}
"""Tests of what does not depend on the framework; they run in 1.0."""
