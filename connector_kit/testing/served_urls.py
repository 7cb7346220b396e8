"""The URLs of a server in a test: functions of every published connector, and the kit's pages."""

from django.urls import path

from connector_kit.extension import Dispatcher, Endpoint, Registry
from connector_kit.extension.views import function_view
from connector_kit.lifecycle import find_module
from connector_kit.server.urls import urlpatterns as pages
from connector_kit.testing.running import SYSTEM_TOKEN

_endpoint = Endpoint(Dispatcher(Registry(connectors=find_module)), (SYSTEM_TOKEN,))

urlpatterns = [path("function", function_view(_endpoint)), *pages]
