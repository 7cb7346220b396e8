"""The ASGI application, for servers that speak nothing else; WSGI is what the kit is tuned for."""

import os

from django.core.asgi import get_asgi_application

from connector_kit import conf
from connector_kit.extension import this_process

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connector_kit.server.settings")

application = get_asgi_application()
conf.kit()  # a server with a setting that cannot be used does not start
this_process.ready = True
