from connector_kit.testing.plugin import account, pytest_configure, sandbox

__all__ = ["account", "pytest_configure", "sandbox"]
