"""The URL configuration of a server that answers for every published connector."""

from django.urls import path

from connector_kit.extension import Dispatcher, Endpoint, Registry
from connector_kit.extension.views import function_view
from connector_kit.lifecycle import find_module
from tests.publisher.fixtures import SYSTEM_TOKEN

_endpoint = Endpoint(Dispatcher(Registry(connectors=find_module)), (SYSTEM_TOKEN,))

urlpatterns = [path("function", function_view(_endpoint))]
