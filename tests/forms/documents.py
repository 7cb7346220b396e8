"""Documents of forms: the protocol's own examples, every type there is, and arbitrary JSON."""

from typing import Any

from hypothesis import strategies as st

SINGLE_STORE: dict[str, Any] = {
    "connectorEdition": "standard",
    "general": {
        "description": "Whole installation",
        "fields": [
            {
                "name": "general_currency",
                "label": "Currency",
                "type": "input",
                "value": "EUR",
                "required": True,
            }
        ],
    },
    "sections": [
        {
            "title": "New & paid orders",
            "columns": 2,
            "fields": [
                {
                    "name": "exports_64a1_status",
                    "label": "Statuses",
                    "type": "multiselect",
                    "value": ["paid"],
                    "options": [["paid", "Paid"], ["open", "Open"]],
                }
            ],
            "flows": [
                {
                    "_id": "64a1f0c2b3d4e5f607182930",
                    "showMapping": True,
                    "showSchedule": True,
                    "settings": [
                        {
                            "name": "imports_64a1_channel",
                            "label": "Channel",
                            "type": "select",
                            "supportsRefresh": True,
                            "value": "#orders",
                            "options": [["#orders", "orders"]],
                        }
                    ],
                }
            ],
        },
        {"title": "Refunds", "flows": []},
    ],
}

MULTI_STORE: dict[str, Any] = {
    "supportsMultiStore": True,
    "storeLabel": "Shop",
    "sections": [
        {"id": "s1", "title": "DE shop", "sections": SINGLE_STORE["sections"]},
        {"id": "s2", "title": "FR shop", "mode": "install", "sections": []},
    ],
    "general": [{"id": "s1", "fields": [{"name": "general_s1_name", "value": "DE"}]}],
}

DEPENDENT: list[dict[str, Any]] = [
    {
        "name": "sendTo",
        "label": "Send to",
        "type": "select",
        "value": "channel",
        "options": [["channel", "A channel"], ["person", "A person"], ["both", "Both"]],
        "dependencies": {
            "channel": {
                "fields": [
                    {"name": "channelName", "hidden": False, "required": True},
                    {"name": "personName", "hidden": True},
                    {"name": "nobody", "hidden": False},
                ]
            },
            "person": {"fields": [{"name": "personName", "hidden": False, "required": True}]},
            "both": {
                "fields": [
                    {"name": "channelName", "hidden": False},
                    {"name": "personName", "hidden": False},
                ]
            },
        },
    },
    {
        "name": "isLoud",
        "type": "checkbox",
        "value": False,
        "dependencies": {
            "enabled": {"fields": [{"name": "channelName", "hidden": False}]},
            "disabled": {"fields": [{"name": "volume", "disabled": True}]},
        },
    },
    {"name": "channelName", "type": "input", "hidden": True},
    {"name": "personName", "type": "input", "required": True},
    {"name": "volume", "type": "input", "value": "11"},
]

METADATA: dict[str, Any] = {
    "form": {
        "fieldMap": {
            "mode": {
                "id": "mode",
                "name": "mode",
                "type": "radiogroup",
                "label": "Send",
                "defaultValue": "all",
                "options": [{"items": ["all", {"label": "Paid ones", "value": "paid"}]}],
            },
            "minimum": {
                "id": "minimum",
                "name": "amounts.minimum",
                "type": "text",
                "inputType": "number",
                "label": "From amount",
                "required": True,
                "visibleWhen": [{"field": "mode", "is": ["paid"]}],
                "omitWhenHidden": True,
                "validWhen": {"fallsWithinNumericalRange": {"min": 5, "message": "Not below five"}},
            },
        },
        "layout": {
            "type": "collapse",
            "containers": [{"label": "Orders", "collapsed": False, "fields": ["mode", "minimum"]}],
        },
    },
    "init": {"function": "initSettings", "_scriptId": "64a1f0c2b3d4e5f607182940"},
}

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.sampled_from(["select", "checkbox", "staticMapWidget", "a", "b"]),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3)
    ),
    max_leaves=8,
)

TYPES = [
    *("input", "textarea", "checkbox", "radio", "select", "multiselect", "date", "datetime"),
    *("file", "uploadfile", "expression", "referencedFieldsDialog", "relatedListsDialog"),
    *("staticMapWidget", "staticMap", "subsidiaryMapWidget", "csvColumnMapper"),
    *("trueFixedWidthColumnMapper", "xmlMapper", "matchingCriteria", "link"),
    *("text", "radiogroup", "toggle", "editor", "keyvalue", "refreshableselect", "exportSelect"),
    *("relativeuri", "netsuitelookup", "labeltitle", "labelvalue"),
]

_FIELD_KEYS = [
    *("name", "label", "value", "default", "defaultValue", "options", "required", "disabled"),
    *("hidden", "visible", "tooltip", "title", "properties", "dependencies", "supportsRefresh"),
    *("autoPostBack", "map", "extracts", "generates", "optionsMap", "columns", "visibleWhen"),
    *("requiredWhenAll", "validWhen", "removeWhen", "delimiter", "valueDelimiter", "trimValue"),
    *("useChangesAsValues", "omitWhenHidden", "omitWhenValueIs", "mode", "inputType", "multiline"),
    *("keyName", "valueName", "keyOptions", "refreshOptionsOnChangesTo", "missingValueMessage"),
]

FIELDS = st.builds(
    lambda kind, more: {**more, **kind},
    st.fixed_dictionaries({}, optional={"type": st.sampled_from(TYPES) | JSON}),
    st.dictionaries(st.sampled_from(_FIELD_KEYS), JSON, max_size=8),
)
"""Fields of all types that hold anything under any of the keys that mean something."""

_ENTRIES = st.fixed_dictionaries(
    {},
    optional={
        "_id": JSON,
        "settings": st.lists(FIELDS | JSON, max_size=3) | JSON,
        "sections": st.lists(
            st.fixed_dictionaries({}, optional={"title": JSON, "fields": st.lists(FIELDS)}) | JSON,
            max_size=2,
        )
        | JSON,
        "showMapping": JSON,
    },
)

_SECTIONS = st.fixed_dictionaries(
    {},
    optional={
        "id": JSON,
        "title": JSON,
        "columns": JSON,
        "fields": st.lists(FIELDS | JSON, max_size=3) | JSON,
        "flows": st.lists(_ENTRIES | JSON, max_size=2) | JSON,
        "sections": st.lists(
            st.fixed_dictionaries({}, optional={"title": JSON, "flows": st.lists(_ENTRIES)}),
            max_size=2,
        )
        | JSON,
    },
)

SETTINGS = JSON | st.fixed_dictionaries(
    {},
    optional={
        "supportsMultiStore": JSON,
        "storeLabel": JSON,
        "general": st.lists(_SECTIONS, max_size=2) | _SECTIONS | JSON,
        "sections": st.lists(_SECTIONS | JSON, max_size=3) | JSON,
    },
)
"""Settings documents as no kit would write them."""

FORMS = JSON | st.fixed_dictionaries(
    {},
    optional={
        "fieldMap": st.dictionaries(st.text(max_size=5), FIELDS | JSON, max_size=4)
        | st.lists(FIELDS)
        | JSON,
        "layout": st.fixed_dictionaries(
            {}, optional={"fields": JSON, "containers": st.lists(JSON), "type": JSON}
        )
        | JSON,
    },
)
"""Form metadata as no kit would write it."""
