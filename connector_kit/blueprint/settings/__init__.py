"""Declared settings: what customers can set, where it appears, and what it controls.

Declarations (`setting` and its types, `places`, `conditions`, `bindings`) compile to a `Schema`,
which is stored with the release, and to the pages of the framework. `configuring` writes an
installation's values into what is declared, `carrying` carries them over to the next version.
"""

from connector_kit.blueprint.settings.bindings import (
    Binding,
    as_map,
    inverted,
    joined,
    mapped,
    part,
    scaled,
    template,
)
from connector_kit.blueprint.settings.carrying import Carried, Note, carried
from connector_kit.blueprint.settings.choices import (
    ExportSelect,
    MultiSelect,
    RadioGroup,
    RefreshableSelect,
    Select,
    Toggle,
)
from connector_kit.blueprint.settings.conditions import all_of, any_of
from connector_kit.blueprint.settings.declared import DeclaredSettings, declared_settings
from connector_kit.blueprint.settings.dialogs import (
    Expression,
    File,
    ReferencedFields,
    RelatedLists,
)
from connector_kit.blueprint.settings.places import FlowSettings, General, Section, Tab
from connector_kit.blueprint.settings.schema import NO_SETTINGS, CompiledSetting, Schema
from connector_kit.blueprint.settings.setting import Setting
from connector_kit.blueprint.settings.simple import (
    Checkbox,
    Date,
    DateTime,
    Editor,
    Label,
    NetsuiteLookup,
    Number,
    RelativeUri,
    Text,
    TextArea,
)
from connector_kit.blueprint.settings.tables import (
    Column,
    CsvColumns,
    FixedWidthColumns,
    KeyValue,
    MatchingCriteria,
    StaticMap,
    SubsidiaryMap,
    Table,
    XmlPaths,
)

__all__ = [
    "NO_SETTINGS",
    "Binding",
    "Carried",
    "Checkbox",
    "Column",
    "CompiledSetting",
    "CsvColumns",
    "Date",
    "DateTime",
    "DeclaredSettings",
    "Editor",
    "ExportSelect",
    "Expression",
    "File",
    "FixedWidthColumns",
    "FlowSettings",
    "General",
    "KeyValue",
    "Label",
    "MatchingCriteria",
    "MultiSelect",
    "NetsuiteLookup",
    "Note",
    "Number",
    "RadioGroup",
    "ReferencedFields",
    "RefreshableSelect",
    "RelatedLists",
    "RelativeUri",
    "Schema",
    "Section",
    "Select",
    "Setting",
    "StaticMap",
    "SubsidiaryMap",
    "Tab",
    "Table",
    "Text",
    "TextArea",
    "Toggle",
    "XmlPaths",
    "all_of",
    "any_of",
    "as_map",
    "carried",
    "declared_settings",
    "inverted",
    "joined",
    "mapped",
    "part",
    "scaled",
    "template",
]
