"""Who cannot reach whom: settings, data, the platform, and what serves calls, examined in turn.

`findings` is what an examination says, `data` looks at this machine's side, `platform` at the
publisher's account, and `serving` at the server and the workers.
"""

from connector_kit.server.doctor.examining import examine
from connector_kit.server.doctor.findings import Finding, Level, Report

__all__ = ["Finding", "Level", "Report", "examine"]
