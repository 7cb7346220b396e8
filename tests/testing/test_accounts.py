"""An account in the sandbox, in which a stack of the test's process is installed."""

from typing import Any

import pytest
import requests

from connector_kit.sandbox import Sandbox
from connector_kit.testing import Platform
from connector_kit.testing.accounts import Account, AccountError
from connector_kit.testing.running import RunningStack

HTTP = {"baseURI": "https://shop.example.com", "mediaType": "json"}


class Functions:
    """Functions that look into the account they are called for."""

    def __init__(self, sandbox: Sandbox) -> None:
        base_url = sandbox.base_url

        def name(options: dict[str, Any]) -> Any:
            url = f"{base_url}/integrations/{options['_integrationId']}"
            headers = {"Authorization": f"Bearer {options['bearerToken']}"}
            return {"name": requests.get(url, headers=headers, timeout=60).json().get("name")}

        async def persist(options: dict[str, Any]) -> Any:
            return {"success": True, "pending": options["pending"]}

        self.utilities = {"name": name}
        self.settings = {"persistSettings": persist}


def test_an_installed_stack_is_called_by_the_platform_with_a_token_of_the_account(
    sandbox: Sandbox, account: Account
) -> None:
    with RunningStack(Functions(sandbox)) as stack:
        integration = account.install(stack)

        assert integration["mode"] == "settings"
        assert account.utility("name") == {"name": integration["name"]}
        assert account.setting("persistSettings", pending={"a": 1})["pending"] == {"a": 1}


def test_a_function_is_tried_in_an_account_without_being_installed(
    sandbox: Sandbox, account: Account
) -> None:
    integration = account.create("integrations", name="Mine")
    platform = Platform(
        Functions(sandbox), bearer_token=account.token, integration_id=integration["_id"]
    )

    assert platform.utility("name") == {"name": "Mine"}


@pytest.mark.sandbox(page_size=2, accounts=1)
def test_documents_are_made_and_found_whatever_the_page_size(
    sandbox: Sandbox, account: Account
) -> None:
    made = [account.create("connections", name=f"{n}", type="http", http=HTTP) for n in range(5)]

    found = account.documents("connections")

    assert sorted(document["_id"] for document in found) == sorted(
        document["_id"] for document in made
    )
    assert len(sandbox.accounts) == 1


def test_what_the_sandbox_refuses_is_said_with_its_errors(account: Account) -> None:
    with pytest.raises(AccountError, match="missing_required_field") as refused:
        account.create("connections")

    assert refused.value.status == 422
    assert account.token not in repr(account) + str(refused.value)
