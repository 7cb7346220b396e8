"""The layer between the internet and the applications: slow clients occupy no thread.

An RSGI application for Granian. It reads on one event loop, within limits of time, size and memory,
and hands a request on when it is complete: function calls to function processes, everything else to
threads. It answers health requests itself, however busy those are.
"""

from connector_kit.extension.edge.edge import Edge

__all__ = ["Edge"]
