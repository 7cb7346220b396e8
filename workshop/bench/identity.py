"""The functions of the stack that is measured: they keep every record."""

from typing import Any


class hooks:  # noqa: N801 - a namespace, as authors write it
    """Two hooks."""

    @staticmethod
    def identity(options: dict[str, Any]) -> list[dict[str, Any]]:
        """Keep every record as it is."""
        return [{"data": record} for record in options["data"]]

    @staticmethod
    def whole_page(options: dict[str, Any]) -> dict[str, Any]:
        """Keep every record of a page."""
        return {"data": options["data"], "errors": options["errors"], "abort": False}
