"""The URL configuration of a server that answers for every published connector."""

from connector_kit.extension.views import function_view
from connector_kit.lifecycle import find_module
from tests.publisher.fixtures import SYSTEM_TOKEN

PLATFORM_VIEWS = {"/function": function_view(find_module, (SYSTEM_TOKEN,))}

urlpatterns: list[object] = []
