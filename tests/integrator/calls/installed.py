"""The lives of installed connectors (protocol/http-api.md, section 8)."""

from connector_kit.integrator.resources.framework_two import Wizard
from connector_kit.integrator.resources.integrations import Upload
from tests.integrator.calls.case import DONE, NOTHING, Sent, case
from tests.integrator.scripted import STORED, Reply

STEPS = [{"name": "Shop", "uninstallerFunction": "remove_shop"}]
ADD_ONS = {"addOns": {"addOnMetaData": [{"id": "payouts"}], "addOnLicenses": []}}
FIRST = {"name": "Connect Slack", "type": "connection", "completed": True}
SECOND = {"name": "Choose a channel", "type": "form", "completed": False}
FORM = {"fieldMap": {"channel": {"id": "channel"}}}
CATEGORIES = {"uiAssistant": "amazon", "response": [{"operation": "mappingData", "data": {}}]}

CASES = [
    case(
        "1.0: a connector is installed",
        lambda c: c.integrations.install("64ff", sandbox=True, tag="EU"),
        {"_integrationId": "64a1"},
        Sent("POST /integrations/64ff/install", {"sandbox": True, "tag": "EU"}),
        {"_integrationId": "64a1"},
    ),
    case(
        "1.0: a connector is installed, and nothing answered",
        lambda c: c.integrations.install("64ff"),
        NOTHING,
        Sent("POST /integrations/64ff/install", {"sandbox": False}),
        {},
    ),
    case(
        "1.0: a step is run",
        lambda c: c.integrations.installer_step("64a1", "verify_shop", {"formVal": {"a": 1}}),
        {"success": True},
        Sent("PUT /integrations/64a1/installer/verify_shop", {"formVal": {"a": 1}}),
        {"success": True},
    ),
    case(
        "1.0: a step fails",
        lambda c: c.integrations.installer_step("64a1", "verify_shop"),
        {"success": False, "resBody": "Not there"},
        Sent("PUT /integrations/64a1/installer/verify_shop", {}),
        {"success": False, "resBody": "Not there"},
    ),
    case(
        "1.0: a store is added",
        lambda c: c.integrations.add_store("64a1"),
        STEPS,
        Sent("PUT /integrations/64a1/installer/addNewStore", {}),
        STEPS,
    ),
    case(
        "1.0: an add-on is installed",
        lambda c: c.integrations.install_add_on("64a1", "add", "payouts", store_id="s1"),
        {"success": True},
        Sent("PUT /integrations/64a1/installer/add", {"addOnId": "payouts", "storeId": "s1"}),
        {"success": True},
    ),
    case(
        "1.0: an add-on is removed",
        lambda c: c.integrations.uninstall_add_on("64a1", "remove", "payouts"),
        {"success": True},
        Sent("PUT /integrations/64a1/uninstaller/remove", {"addOnId": "payouts"}),
        {"success": True},
    ),
    case(
        "1.0: any settings function is called",
        lambda c: c.integrations.setting("64a1", "free", {"a": 1}),
        [1],
        Sent("PUT /integrations/64a1/settings/free", {"a": 1}),
        [1],
    ),
    case(
        "1.0: settings are saved",
        lambda c: c.integrations.persist_settings("64a1", {"channel": "#a"}),
        {"success": True, "pending": {"channel": "#a"}},
        Sent("PUT /integrations/64a1/settings/persistSettings", {"pending": {"channel": "#a"}}),
        {"success": True, "pending": {"channel": "#a"}},
    ),
    case(
        "1.0: settings of a store are still being saved",
        lambda c: c.integrations.persist_settings("64a1", {"channel": "#a"}, store_id="s1"),
        DONE,
        Sent(
            "PUT /integrations/64a1/settings/persistSettings",
            {"pending": {"s1": {"channel": "#a"}}},
        ),
        {},
    ),
    case(
        "1.0: the metadata of a field is refreshed",
        lambda c: c.integrations.refresh_metadata("64a1", fieldName="channel", fieldValue=1),
        {"options": [["a", "A"]]},
        Sent(
            "PUT /integrations/64a1/settings/refreshMetadata",
            {"fieldName": "channel", "fieldValue": 1},
        ),
        {"options": [["a", "A"]]},
    ),
    case(
        "1.0: the metadata of a mapping is refreshed",
        lambda c: c.integrations.refresh_metadata("64a1", _importId="64d1"),
        [{"id": "a"}],
        Sent("PUT /integrations/64a1/settings/refreshMetadata", {"_importId": "64d1"}),
        [{"id": "a"}],
    ),
    case(
        "1.0: which mappings are fixed",
        lambda c: c.integrations.mapping_metadata("64a1"),
        {"slack_message_import": [{"requiredGenerateFields": ["text"]}]},
        Sent("PUT /integrations/64a1/settings/getMappingMetadata", {}),
        {"slack_message_import": [{"requiredGenerateFields": ["text"]}]},
    ),
    case(
        "1.0: which add-ons there are",
        lambda c: c.integrations.license_metadata("64a1"),
        ADD_ONS,
        Sent("PUT /integrations/64a1/settings/getLicenseMetadata", {}),
        ADD_ONS,
    ),
    case(
        "1.0: a function with nothing to say",
        lambda c: c.integrations.license_metadata("64a1"),
        Reply(200, b"null"),
        Sent("PUT /integrations/64a1/settings/getLicenseMetadata", {}),
        {},
    ),
    case(
        "1.0: an edition is taken over",
        lambda c: c.integrations.change_edition("64a1", {"connectorEdition": "premium"}),
        {"success": True},
        Sent(
            "PUT /integrations/64a1/settings/changeEdition",
            {"licenseOpts": {"connectorEdition": "premium"}, "_integrationId": "64a1"},
        ),
        {"success": True},
    ),
    case(
        "1.0: uninstalling begins",
        lambda c: c.integrations.pre_uninstall("64a1"),
        STEPS,
        Sent("PUT /integrations/64a1/uninstaller/preUninstallFunction", {}),
        STEPS,
    ),
    case(
        "1.0: one store is to go, with nothing to be done before",
        lambda c: c.integrations.pre_uninstall("64a1", {"storeId": "s1"}),
        {"removeIntegration": True},
        Sent("PUT /integrations/64a1/uninstaller/preUninstallFunction", {"storeId": "s1"}),
        {"removeIntegration": True},
    ),
    case(
        "1.0: an uninstall step is run",
        lambda c: c.integrations.uninstaller_step("64a1", "remove_shop"),
        {"success": True},
        Sent("PUT /integrations/64a1/uninstaller/remove_shop", {}),
        {"success": True},
    ),
    case(
        "1.0: an installation is removed",
        lambda c: c.integrations.uninstall("64a1"),
        NOTHING,
        Sent("DELETE /integrations/64a1/install", {}),
    ),
    case(
        "2.0: a connector is installed",
        lambda c: c.connectors.install("64ff", tag="EU"),
        {"_integrationId": "64a1"},
        Sent(
            "POST /connectors/64ff/install",
            {"sandbox": False, "tag": "EU", "newTemplateInstaller": True},
        ),
        {"_integrationId": "64a1"},
    ),
    case(
        "2.0: the steps of installing",
        lambda c: c.integrations.install_steps("64a1"),
        [FIRST, SECOND],
        "GET /integrations/64a1/installSteps",
        Wizard(steps=(FIRST, SECOND)),
    ),
    case(
        "2.0: a step that nobody sees was the only one",
        lambda c: c.integrations.install_steps("64a1"),
        NOTHING,
        "GET /integrations/64a1/installSteps",
        Wizard(),
    ),
    case(
        "2.0: the form of the current step",
        lambda c: c.integrations.current_step("64a1"),
        {"result": FORM},
        "GET /integrations/64a1/currentStep",
        FORM,
    ),
    case(
        "2.0: the address that the current step opens",
        lambda c: c.integrations.current_step("64a1"),
        {"result": "https://slack.example.com/authorize"},
        "GET /integrations/64a1/currentStep",
        "https://slack.example.com/authorize",
    ),
    case(
        "2.0: a step is answered",
        lambda c: c.integrations.answer_install_step("64a1", {"_connectionId": "64c1"}),
        [FIRST, SECOND],
        Sent("POST /integrations/64a1/installSteps", {"_connectionId": "64c1"}),
        Wizard(steps=(FIRST, SECOND)),
    ),
    case(
        "2.0: the last step is answered",
        lambda c: c.integrations.answer_install_step("64a1"),
        DONE,
        Sent("POST /integrations/64a1/installSteps", {}),
        Wizard(done=True),
    ),
    case(
        "2.0: the last step is answered with warnings",
        lambda c: c.integrations.answer_install_step("64a1", {"channel": "#a"}),
        {"warnings": ["Slow down"]},
        Sent("POST /integrations/64a1/installSteps", {"channel": "#a"}),
        Wizard(done=True, warnings=("Slow down",)),
    ),
    case(
        "2.0: a child is made",
        lambda c: c.integrations.init_child("64a1"),
        {"_childIntegrationId": "64a2"},
        "POST /integrations/64a1/initChild",
        "64a2",
    ),
    case(
        "2.0: a change of the edition begins",
        lambda c: c.integrations.begin_edition_change("64a1"),
        DONE,
        Sent("POST /integrations/64a1/changeEdition", {}),
    ),
    case(
        "2.0: the steps of changing the edition",
        lambda c: c.integrations.edition_steps("64a1"),
        {"steps": [SECOND], "showWizard": True},
        "GET /integrations/64a1/changeEditionSteps",
        Wizard(steps=(SECOND,)),
    ),
    case(
        "2.0: an edition changes without questions",
        lambda c: c.integrations.edition_steps("64a1"),
        {"steps": [], "showWizard": False},
        "GET /integrations/64a1/changeEditionSteps",
        Wizard(is_shown=False),
    ),
    case(
        "2.0: a step of changing the edition is answered",
        lambda c: c.integrations.answer_edition_step("64a1"),
        [FIRST, SECOND],
        Sent("POST /integrations/64a1/changeEditionSteps", {}),
        Wizard(steps=(FIRST, SECOND)),
    ),
    case(
        "2.0: the edition has changed",
        lambda c: c.integrations.answer_edition_step("64a1", {"a": 1}),
        {"done": True},
        Sent("POST /integrations/64a1/changeEditionSteps", {"a": 1}),
        Wizard(done=True),
    ),
    case(
        "2.0: uninstalling begins",
        lambda c: c.integrations.begin_uninstall("64a1"),
        STORED,
        "POST /integrations/64a1/initUninstall",
    ),
    case(
        "2.0: the steps of uninstalling",
        lambda c: c.integrations.uninstall_steps("64a1"),
        [],
        "GET /integrations/64a1/uninstallSteps",
        Wizard(),
    ),
    case(
        "2.0: an uninstall step is answered",
        lambda c: c.integrations.answer_uninstall_step("64a1", {"sure": True}),
        [FIRST],
        Sent("POST /integrations/64a1/uninstallSteps", {"sure": True}),
        Wizard(steps=(FIRST,)),
    ),
    case(
        "2.0: the integration is gone",
        lambda c: c.integrations.answer_uninstall_step("64a1"),
        DONE,
        "POST /integrations/64a1/uninstallSteps",
        Wizard(done=True),
    ),
    case(
        "2.0: an installation is resumed",
        lambda c: c.integrations.resume("64a1"),
        DONE,
        Sent("PUT /integrations/64a1/resume", {}),
    ),
    case(
        "2.0: the settings form of a group of flows",
        lambda c: c.integrations.group_settings_form("64a1", "64g1"),
        FORM,
        "POST /integrations/64a1/flowGroupings/64g1/settingsForm/init",
        FORM,
    ),
    case(
        "utilities: any function is called",
        lambda c: c.integrations.utility("64a1", "free"),
        {"a": 1},
        Sent("PUT /integrations/64a1/utilities/free", {}),
        {"a": 1},
    ),
    case(
        "utilities: a marketplace's categories are read",
        lambda c: c.integrations.load_category_mapping(
            "64a1", "64f1", [{"operation": "mappingData", "params": {}}]
        ),
        CATEGORIES,
        Sent(
            "PUT /integrations/64a1/utilities/loadMarketplaceCategoryMapping",
            {
                "utilities": {
                    "options": {
                        "_flowId": "64f1",
                        "requestOptions": [{"operation": "mappingData", "params": {}}],
                    }
                }
            },
        ),
        CATEGORIES,
    ),
    case(
        "utilities: a marketplace's categories are saved",
        lambda c: c.integrations.save_category_mapping("64a1", "64f1", {"a": "b"}),
        DONE,
        Sent(
            "PUT /integrations/64a1/utilities/saveMarketplaceCategoryMapping",
            {"utilities": {"options": {"_flowId": "64f1"}, "mappingData": {"a": "b"}}},
        ),
    ),
    case(
        "utilities: a file is to be sent",
        lambda c: c.integrations.category_upload("64a1", "64a2", "a.csv", "text/csv"),
        {"signedURL": "https://files.example.com/1", "runKey": "run-1"},
        Sent(
            "PUT /integrations/64a1/utilities/generateCategorySignedUrl",
            {
                "integrationId": "64a1",
                "childId": "64a2",
                "fileName": "a.csv",
                "fileType": "text/csv",
            },
        ),
        Upload("https://files.example.com/1", "run-1"),
    ),
]
