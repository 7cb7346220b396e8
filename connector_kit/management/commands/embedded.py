"""``manage.py embedded``: connectors deployed with the publisher's own tokens."""

from connector_kit.management.base import ActionsCommand
from connector_kit.management.embedded import accounts, deployments, runs


class Command(ActionsCommand):
    """Accounts, deployments, runs on demand, keys."""

    help = (
        "Deploy connectors into accounts you have an API token for, for end users who never see "
        "integrator.io. Secrets are read from standard input, never from the command line."
    )
    example = """
manage.py embedded account add product < token.txt
manage.py embedded release my_package.connector
manage.py embedded copy 64a1f0c2b3d4e5f607182901 --release 1.0.0
manage.py embedded deploy acme --connector orders-to-slack --credentials - < credentials.json
manage.py embedded run-export acme new_orders --json
manage.py embedded run-import acme post_message --records orders.json
manage.py embedded run-flow acme orders_to_slack --wait 300
manage.py embedded update acme          (or --all, or 'rollout start' for waves)
manage.py embedded remove acme --yes
CONNECTOR_KIT_ENCRYPTION_KEYS=new,old manage.py embedded rotate-keys
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
