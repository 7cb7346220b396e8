"""The URL configuration of the stack: every call passes the doorway, where tests may stand."""

import json
from io import BytesIO

from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from tests.lifecycle.doorway import DOORWAY
from tests.publisher import served_urls

_function = served_urls.urlpatterns[0].callback


@csrf_exempt
def function(request):
    """Let the doorway see the call, then answer it."""
    DOORWAY.pass_through(json.loads(request.body))
    request.META["wsgi.input"] = BytesIO(request.body)
    return _function(request)


urlpatterns = [path("function", function)]
