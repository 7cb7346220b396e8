"""What a function's result has to be, looked at before the platform does.

The platform fails a whole page for one wrong entry, and its message does not say why; so the kit
says it first (protocol/extension.md#7).
"""

from connector_kit.extension.contracts.table import CONTRACTS, Contract, check_contract

__all__ = ["CONTRACTS", "Contract", "check_contract"]
