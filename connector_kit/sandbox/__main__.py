"""``python -m connector_kit.sandbox``: the sandbox without Django."""

import sys

from connector_kit.sandbox.command import main

sys.exit(main())
