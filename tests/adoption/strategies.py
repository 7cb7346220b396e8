"""Downloads that nobody has seen: any names, any values, references that lead anywhere."""

import re

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from connector_kit.adoption.unpacking import unpack
from tests.adoption.downloads import FOLDERS, INTEGRATION, files_of, identity

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For properties of whole downloads, on machines that do other things as well."""

NAMES = st.text(max_size=12) | st.sampled_from(
    [
        "Orders",
        "orders",
        "New orders (EU)",
        "Größe, Straße & Ærø",
        "заказы",
        "class",
        "None",
        "name",
        "version",
        "Export",
        "json",
        "_text",
        "HERE",
        "123",
        "a" * 90,
        "\ud800",
        "quotes \" and ' and \\",
        "line\nbreak",
    ]
)

_TEXTS = st.text(max_size=20) | st.sampled_from(
    [
        "",
        "{{record.id}}",
        "a\r\nb\tc\n",
        "x" * 120,
        "\n".join("line '\"" * 9 for _ in range(9)),
        "long\n" * 900,
        "\ud83d",
        INTEGRATION,
        *(identity(folder, 0) for folder in FOLDERS),
    ]
)

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXTS
)

_KEYS = st.text(max_size=6) | st.sampled_from(
    [
        "$ref",
        "$literal",
        "a",
        "_scriptId",
        "_exportId",
        "function",
        "configuration",
        "value",
        "name",
    ]
)

VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)

_OBJECTS = st.dictionaries(_KEYS, VALUES, max_size=4)


@st.composite
def _references(draw, folder):
    """The id of a document of the download, or of one that is not there."""
    return draw(st.sampled_from([identity(folder, n) for n in (0, 1, 2, 9)]))


@st.composite
def _script_functions(draw):
    found = {"function": draw(_TEXTS), "_scriptId": draw(_references("scripts"))}
    return found | draw(st.sampled_from([{}, {"configuration": {"a": 1}}, {"more": True}]))


def _connections():
    details = st.fixed_dictionaries(
        {"baseURI": st.just("https://x.example.com"), "mediaType": st.just("json")},
        optional={"auth": _OBJECTS, "headers": st.lists(_OBJECTS, max_size=2), "more": VALUES},
    )
    return st.fixed_dictionaries(
        {"type": st.sampled_from(["http", "ftp", "netsuite", "new"])},
        optional={
            "http": details,
            "ftp": _OBJECTS,
            "netsuite": _OBJECTS,
            "_borrowConcurrencyFromConnectionId": _references("connections"),
            "_agentId": st.just("64a1f0c2b3d4bbbb00000001"),
        },
    )


def _scripts():
    return st.fixed_dictionaries({}, optional={"content": _TEXTS, "description": _TEXTS})


def _transfers():
    return st.fixed_dictionaries(
        {},
        optional={
            "_connectionId": _references("connections"),
            "adaptorType": st.sampled_from(["HTTPExport", "HTTPImport", "WebhookExport"]),
            "type": st.sampled_from([None, "webhook", "delta"]),
            "isLookup": st.booleans(),
            "http": _OBJECTS,
            "mockOutput": VALUES,
            "mockResponse": VALUES,
            "sampleHeaders": st.lists(_OBJECTS, max_size=2),
            "hooks": st.dictionaries(
                st.sampled_from(["preSavePage", "preMap", "other"]),
                _script_functions() | VALUES,
                max_size=2,
            ),
            "filter": st.fixed_dictionaries(
                {"type": st.just("script"), "script": _script_functions()}
            ),
            "mapping": VALUES,
            "lookups": VALUES,
            "_keepDeltaBehindFlowId": _references("flows"),
            "settings": VALUES,
            "test": st.fixed_dictionaries({"limit": st.integers(0, 120)}),
        },
    )


def _steps():
    return st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "type": st.sampled_from(["export", "import", "other"]),
                "_exportId": _references("exports"),
                "_importId": _references("imports"),
                "proceedOnFailure": st.booleans(),
                "responseMapping": VALUES
                | st.fixed_dictionaries(
                    {
                        "fields": st.lists(
                            st.fixed_dictionaries({"extract": _TEXTS, "generate": _TEXTS}),
                            max_size=2,
                        ),
                        "lists": st.just([]),
                    }
                ),
                "hooks": st.fixed_dictionaries({"postResponseMap": _script_functions()}) | VALUES,
            },
        ),
        max_size=3,
    )


def _flows():
    generators = st.lists(
        st.fixed_dictionaries(
            {}, optional={"_exportId": _references("exports"), "schedule": _schedules()}
        ),
        max_size=2,
    )
    branches = st.fixed_dictionaries(
        {},
        optional={
            "name": NAMES,
            "pageProcessors": _steps(),
            "nextRouterId": _TEXTS,
            "inputFilter": _OBJECTS,
        },
    )
    routers = st.fixed_dictionaries(
        {}, optional={"id": _TEXTS, "name": NAMES, "branches": st.lists(branches, max_size=2)}
    )
    return st.fixed_dictionaries(
        {},
        optional={
            "pageGenerators": generators,
            "pageProcessors": _steps(),
            "routers": st.lists(routers, max_size=2),
            "schedule": _schedules(),
            "_exportId": _references("exports"),
            "_runNextFlowIds": st.lists(_references("flows"), max_size=2),
            "_flowGroupingId": st.sampled_from(
                ["64a1f0c2b3d4eeee00000001", "64a1f0c2b3d4eeee00000002"]
            ),
            "disabled": st.booleans(),
        },
    )


def _schedules():
    return st.sampled_from([None, "", "? 0 2 ? * *", "0 0 2 ? * *", "every day"])


_KINDS = {
    "connections": _connections(),
    "scripts": _scripts(),
    "exports": _transfers(),
    "imports": _transfers(),
    "flows": _flows(),
    "asynchelpers": st.fixed_dictionaries({}, optional={"http": _OBJECTS, "name": NAMES}),
}

_COMMON = st.fixed_dictionaries(
    {},
    optional={
        "name": NAMES,
        "description": _TEXTS | st.none(),
        "externalId": NAMES,
        "lastModified": st.just("2026-01-05T09:00:00.000Z"),
        "unheardOf": VALUES,
        "import": VALUES,
    },
)


@st.composite
def _documents(draw, folder):
    number = draw(st.integers(1, 3))
    made = []
    for n in range(number):
        name = {"name": f"{folder} {n}"}
        document = {**name, **draw(_KINDS[folder]), **draw(_COMMON)}
        made.append({**document, "_id": _id(folder, n)})
    return made


def _id(folder, number):
    if folder in FOLDERS:
        return identity(folder, number)
    return f"64a1f0c2b3d4cccc{number:08x}"


@st.composite
def download_files(draw):
    """The files of a download of one to six types of documents, three of each at the most."""
    folders = draw(st.sets(st.sampled_from(list(_KINDS)), min_size=1))
    integration = {
        "_id": INTEGRATION,
        **draw(st.fixed_dictionaries({}, optional={"name": NAMES, "description": _TEXTS})),
        "flowGroupings": [{"_id": "64a1f0c2b3d4eeee00000001", "name": draw(NAMES)}],
    }
    found = {folder: draw(_documents(folder)) for folder in sorted(folders)}
    files = files_of(integration, **found)
    return {re.sub("[^ -~]", "_", path): content for path, content in files.items()}


@st.composite
def downloads(draw):
    """Downloads, unpacked."""
    return unpack(draw(download_files()))
