"""What a function's result must be, checked before the platform gets it.

The platform fails a whole page for one wrong entry, and its message does not say why; so the kit
says it first (protocol/extension.md#7).
"""

from connector_kit.extension.contracts.table import CONTRACTS, Contract, check_contract

__all__ = ["CONTRACTS", "Contract", "check_contract"]
