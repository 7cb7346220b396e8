"""``connector-kit embedded``: connectors deployed with the publisher's own tokens."""

from connector_kit.management.base import ActionsCommand
from connector_kit.management.embedded import accounts, deployments, runs


class Command(ActionsCommand):
    """Accounts, deployments, runs on demand, keys."""

    help = (
        "Deploy connectors into accounts you have an API token for, for end users who never see "
        "integrator.io. Secrets are read from standard input, never from the command line."
    )
    example = """
connector-kit embedded account add product < token.txt
connector-kit embedded release my_package.connector
connector-kit embedded copy 64a1f0c2b3d4e5f607182901 --release 1.0.0
connector-kit embedded deploy acme --connector orders-to-slack --credentials - < credentials.json
connector-kit embedded run-export acme new_orders --json
connector-kit embedded run-import acme post_message --records orders.json
connector-kit embedded run-flow acme orders_to_slack --wait 300
connector-kit embedded update acme          (or --all, or 'rollout start' for waves)
connector-kit embedded remove acme --yes
CONNECTOR_KIT_ENCRYPTION_KEYS=new,old connector-kit embedded rotate-keys
"""
    exit_codes = {
        0: "done",
        1: "error (see stderr)",
        3: "done, but records or a job failed, a plan is blocked, or tokens could not be read",
    }
    actions = {
        "account": accounts.Account(),
        "release": deployments.RecordRelease(),
        "copy": deployments.Copy(),
        "deploy": deployments.Deploy(),
        "list": deployments.List(),
        "run-export": runs.RunExport(),
        "run-import": runs.RunImport(),
        "run-flow": runs.RunFlow(),
        "plan": deployments.Plan(),
        "update": deployments.Update(),
        "remove": deployments.Remove(),
        "new-key": accounts.NewKey(),
        "rotate-keys": accounts.RotateKeys(),
    }
