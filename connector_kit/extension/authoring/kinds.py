"""The kinds of functions there are: where each is called, and what it gets."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from connector_kit.extension.authoring import options as o
from connector_kit.extension.authoring.fields import Options

FLAT = "flat"
"""The part for calls without a type: the function set of framework 2.0."""

PARTS = {"hook": "hooks", "wrapper": "wrappers", "setting": "settings", "utility": "utilities"}
"""The part that a call's type means; any other word is the part (protocol/extension.md#4)."""

NAMESPACES = (*PARTS.values(), "installer", "uninstaller")
"""The parts that a module keeps in a namespace of their own."""


@dataclass(frozen=True)
class Kind:
    """A kind of function: the platform's *name* for it, and how an author marks one.

    *parts* are where calls may look for it. *options* is the class of what it gets.
    """

    name: str
    mark: str
    parts: tuple[str, ...]
    options: type[Options]


_HOOK = ("hooks", FLAT)
_WRAPPER = ("wrappers", FLAT)
_FLAT = (FLAT,)

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Kind("preSavePage", "hook.pre_save_page", _HOOK, o.PreSavePageOptions),
            Kind("preMap", "hook.pre_map", _HOOK, o.PreMapOptions),
            Kind("postMap", "hook.post_map", _HOOK, o.PostMapOptions),
            Kind("postSubmit", "hook.post_submit", _HOOK, o.PostSubmitOptions),
            Kind("postResponseMap", "hook.post_response_map", _HOOK, o.PostResponseMapOptions),
            Kind("postAggregate", "hook.post_aggregate", _HOOK, o.PostAggregateOptions),
            Kind("ping", "wrapper.ping", _WRAPPER, o.PingOptions),
            Kind("export", "wrapper.export", _WRAPPER, o.ExportOptions),
            Kind("import", "wrapper.import_", _WRAPPER, o.ImportOptions),
            Kind("installer", "installer", ("installer",), o.InstallerOptions),
            Kind("uninstaller", "uninstaller", ("uninstaller",), o.UninstallerOptions),
            Kind("setting", "setting", ("settings",), o.SettingOptions),
            Kind("utility", "utility", ("utilities",), o.UtilityOptions),
            Kind("formInit", "flat.form_init", _FLAT, o.FormInitOptions),
            Kind("preSave", "flat.pre_save", _FLAT, o.PreSaveOptions),
            Kind("step", "flat.step", _FLAT, o.StepOptions),
            Kind("initChild", "flat.init_child", _FLAT, o.InitChildOptions),
            Kind("update", "flat.update", _FLAT, o.UpdateOptions),
            Kind("changeEdition", "flat.change_edition", _FLAT, o.ChangeEditionOptions),
            Kind("filter", "flat.filter", _FLAT, o.RecordOptions),
            Kind("transform", "flat.transform", _FLAT, o.RecordOptions),
            Kind("branching", "flat.branching", _FLAT, o.RecordOptions),
            Kind("handleRequest", "flat.handle_request", _FLAT, o.HandleRequestOptions),
            Kind("contentBasedFlowRouter", "flat.content_based_flow_router", _FLAT, Options),
        )
    }
)
"""Every kind by its name. Hooks and wrappers are called with a type by framework 1.0 and without
one by 2.0, so both find them."""
