from connector_kit.testing.plugin import (
    account,
    connector,
    edition,
    former,
    installation,
    pytest_configure,
    pytest_generate_tests,
    sandbox,
    stack_server,
)

__all__ = [
    "account",
    "connector",
    "edition",
    "former",
    "installation",
    "pytest_configure",
    "pytest_generate_tests",
    "sandbox",
    "stack_server",
]
