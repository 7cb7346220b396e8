"""Forms as the platform defines them: read leniently, evaluated and validated strictly.

Reading gives a `Form` (of form metadata) or `SettingsPages` full of them (of a 1.0 settings
document). With a form in hand:

* ``form.values()`` is what it shows when it is opened,
* ``typed(form, raw)`` makes of what a browser or client sent the values of all fields,
* ``state_of(form, values)`` and ``validate(form, values)`` go by those,
* ``submitted(form, values)`` is what is then sent, or stored; ``cleaned`` is both steps in one.

Values are by field *name*, states by field *id*. protocol/settings-forms.md.
"""

from connector_kit.forms.cleaning import cleaned, submitted, typed
from connector_kit.forms.field_types import FieldType
from connector_kit.forms.fields import Column, Field, Option
from connector_kit.forms.form import (
    Box,
    FieldState,
    Form,
    flattened,
    nested,
    state_of,
)
from connector_kit.forms.metadata import read_form
from connector_kit.forms.pages import (
    FlowEntry,
    General,
    Section,
    SettingsPages,
    StorePage,
    Tab,
    address_of,
)
from connector_kit.forms.settings import (
    read_fields,
    read_settings_document,
    read_settings_forms,
)
from connector_kit.forms.validation import MISSING_VALUE, Errors, validate

__all__ = [
    "MISSING_VALUE",
    "Box",
    "Column",
    "Errors",
    "Field",
    "FieldState",
    "FieldType",
    "FlowEntry",
    "Form",
    "General",
    "Option",
    "Section",
    "SettingsPages",
    "StorePage",
    "Tab",
    "address_of",
    "cleaned",
    "flattened",
    "nested",
    "read_fields",
    "read_form",
    "read_settings_document",
    "read_settings_forms",
    "state_of",
    "submitted",
    "typed",
    "validate",
]
