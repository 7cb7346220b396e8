"""The server of ``dev``: ``python -m connector_kit.cli.dev.web PORT FOLDER``.

What ``serve --workers 1 --reload FOLDER`` is, without Django in the process that only looks after
the server's, which takes as long to import as all the rest.
"""

import os
import sys

from connector_kit.extension.isolation.code import RELOAD_VARIABLE
from connector_kit.extension.serve import serve
from connector_kit.stack_settings import Bounds

APPLICATION = "connector_kit.server.rsgi:application"


def main(port: str, folder: str) -> None:
    """Serve on *port* of this machine, and take what changes in *folder*."""
    os.environ[RELOAD_VARIABLE] = folder
    serve(APPLICATION, Bounds(), host="127.0.0.1", port=int(port), workers=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
