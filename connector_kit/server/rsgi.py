"""The RSGI application, which ``connector-kit serve`` serves."""

from connector_kit.conf import kit
from connector_kit.extension.edge import Edge
from connector_kit.server.wsgi import application as stack

application = Edge(stack, kit().bounds, calls=kit().calls)
