"""What `import connector_kit` hands out: the names that the guides teach, and no others."""

import connector_kit
from connector_kit.extension.authoring.kinds import KINDS

DECLARATIONS = [
    "AddOn",
    "AiAgent",
    "Api",
    "AsyncHelper",
    "Branch",
    "Component",
    "Connection",
    "Connector",
    "EdiProfile",
    "Edition",
    "Export",
    "FileDefinition",
    "Flow",
    "Guardrail",
    "IClient",
    "Import",
    "InstallStep",
    "Lookup",
    "LookupCache",
    "McpServer",
    "Ref",
    "Router",
    "Script",
    "Source",
    "Step",
    "Stores",
    "Tool",
    "UninstallStep",
]

SETTINGS = [
    "Checkbox",
    "Column",
    "CsvColumns",
    "Date",
    "DateTime",
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
    "Number",
    "RadioGroup",
    "ReferencedFields",
    "RefreshableSelect",
    "RelatedLists",
    "RelativeUri",
    "Section",
    "Select",
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
    "inverted",
    "joined",
    "mapped",
    "part",
    "scaled",
    "setting_values",
    "template",
]

MARKS = [
    "flat",
    "hook",
    "installer",
    "setting",
    "uninstaller",
    "utility",
    "wrapper",
]

OPTIONS = [
    "ChangeEditionOptions",
    "ConnectorOptions",
    "Entitlements",
    "ExportOptions",
    "FormInitOptions",
    "HandleRequestOptions",
    "HookOptions",
    "ImportOptions",
    "InitChildOptions",
    "InstallerOptions",
    "Options",
    "PingOptions",
    "PostAggregateOptions",
    "PostMapOptions",
    "PostResponseMapOptions",
    "PostSubmitOptions",
    "PreMapOptions",
    "PreSaveOptions",
    "PreSavePageOptions",
    "RecordOptions",
    "SettingOptions",
    "StepOptions",
    "UninstallerOptions",
    "UpdateOptions",
    "UtilityOptions",
    "WrapperOptions",
]

RESULTS = [
    "Entry",
    "ExportPage",
    "ExtensionError",
    "ImportAnswer",
    "PingResult",
    "PreSavePageResult",
    "RecordError",
    "ResponseEntry",
    "fail",
    "ignore",
    "keep",
]


def test_the_front_door_hands_out_what_an_author_writes() -> None:
    assert set(connector_kit.__all__) == {*DECLARATIONS, *SETTINGS, *MARKS, *OPTIONS, *RESULTS}


def test_every_name_is_there_and_listed_once() -> None:
    assert all(hasattr(connector_kit, name) for name in connector_kit.__all__)
    assert len(connector_kit.__all__) == len(set(connector_kit.__all__))


def test_the_options_of_every_kind_can_be_imported() -> None:
    assert {kind.options.__name__ for kind in KINDS.values()} <= set(OPTIONS)


def test_every_kind_of_function_has_the_mark_that_messages_speak_of() -> None:
    for kind in KINDS.values():
        marker, _, attribute = kind.mark.partition(".")
        mark = getattr(connector_kit, marker)
        mark = getattr(mark, attribute) if attribute else mark

        assert mark(name="x")(lambda options: options).kind == kind.name
