"""An operation and its line in the log carry the id of the request that made it."""

import logging
import re


def test_an_operation_carries_the_id_of_the_call_that_made_it(customer, upgraded, caplog):
    caplog.set_level(logging.INFO, "connector_kit")

    operation = customer.push()

    assert re.fullmatch(r"\d{13}[0-9a-z]{4}", operation.request_id)
    [told] = [line for line in caplog.messages if f"operation={operation.pk}," in line]
    assert told.startswith("logName=operationFinished")
    assert f"_integrationId={operation.installation.integration_id}" in told
    assert "from=1.0.0, to=1.1.0, outcome=done" in told
    assert told.endswith(f"_reqId={operation.request_id}")
    [called] = [line for line in caplog.messages if "callFunctionInvoked" in line][-1:]
    assert f"_reqId={operation.request_id}" in called


def test_an_operation_that_failed_tells_its_code(customer, upgraded, caplog):
    caplog.set_level(logging.INFO, "connector_kit.lifecycle")
    customer.delete("orders_to_chat")

    operation = customer.push()

    assert f"outcome=failed, code={operation.code}" in caplog.text
