"""The URL configuration of a server that answers for what is embedded."""

from django.urls import path

from connector_kit.embedded.functions import find_embedded
from connector_kit.extension import Dispatcher, Endpoint, Registry
from connector_kit.extension.views import function_view
from connector_kit.lifecycle import find_module
from tests.publisher.fixtures import SYSTEM_TOKEN

_registry = Registry(connectors=find_module, embedded=find_embedded)
_endpoint = Endpoint(Dispatcher(_registry), (SYSTEM_TOKEN,))

urlpatterns = [path("function", function_view(_endpoint))]
