"""Every call of the client as one readable row; ``python -m workshop.coverage`` counts on them."""

from tests.integrator.calls import (
    account,
    connections,
    exports_and_imports,
    flows,
    installed,
    integrations,
    jobs,
    publishing,
    types,
)

CASES = tuple(
    case
    for module in (
        account,
        connections,
        exports_and_imports,
        flows,
        integrations,
        installed,
        publishing,
        jobs,
        types,
    )
    for case in module.CASES
)
