"""Settings that pages of 1.0 have dialogs for: files, filters, fields of Salesforce."""

from __future__ import annotations

from typing import ClassVar, Unpack

from connector_kit.blueprint.components import Ref
from connector_kit.blueprint.settings.bindings import Way, part
from connector_kit.blueprint.settings.options import (
    without_empty,
)
from connector_kit.blueprint.settings.setting import Setting, SettingFields
from connector_kit.documents import Document, Json


class File(Setting):
    """A file of the kind *mode* (``csv``, ``xlsx``, ``json``); its text comes with the call.

    The text is kept, and written, where ``sets`` says where it goes.
    """

    one: ClassVar[str | None] = "uploadfile"
    two: ClassVar[str | None] = None

    def __init__(
        self,
        label: str,
        *,
        mode: str = "csv",
        maximum_size: int | None = None,
        uploaded: bool = False,
        **more: Unpack[SettingFields],
    ) -> None:
        super().__init__(label, **more)
        self.mode = mode
        self.maximum_size = maximum_size
        self.uploaded = uploaded

    def way(self) -> Way:
        """Return what is written of a file: its text."""
        return part("content")

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return which files are possible, and whether they go to the platform's storage."""
        return {"mode": self.mode} | without_empty(
            maxSize=self.maximum_size, sendS3Key=self.uploaded
        )


class Expression(Setting):
    """A filter of NetSuite or Salesforce, of the *export* or *import_* called so."""

    one: ClassVar[str | None] = "expression"
    two: ClassVar[str | None] = None

    def __init__(
        self,
        label: str,
        *,
        export: str = "",
        import_: str = "",
        record_type: str = "",
        **more: Unpack[SettingFields],
    ) -> None:
        super().__init__(label, **more)
        self.export = export
        self.import_ = import_
        self.record_type = record_type

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return what the filter is for."""
        references = {"_exportId": self.export, "_importId": self.import_}
        return {
            "expressionType": "import" if self.import_ else "export",
            "properties": {key: Ref(name) for key, name in references.items() if name},
            **without_empty(recordType=self.record_type),
        }


class ReferencedFields(Setting):
    """Fields of Salesforce that an export carries along."""

    one: ClassVar[str | None] = "referencedFieldsDialog"
    two: ClassVar[str | None] = None

    def __init__(self, label: str, *, export: str, **more: Unpack[SettingFields]) -> None:
        super().__init__(label, **more)
        self.export = export

    def start(self) -> Json:
        """Return the default: none."""
        return [] if self.default is None else self.default

    def details(self, framework: int) -> Document:  # noqa: ARG002
        """Return the export whose fields they are."""
        return {"properties": {"_exportId": Ref(self.export)}}


class RelatedLists(ReferencedFields):
    """Related lists of Salesforce that an export carries along."""

    one: ClassVar[str | None] = "relatedListsDialog"
