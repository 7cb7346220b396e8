"""The WSGI application: ``granian --interface wsgi connector_kit.server.wsgi:application``."""

import os

from django.core.wsgi import get_wsgi_application

from connector_kit import conf
from connector_kit.extension import this_process

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connector_kit.server.settings")

application = get_wsgi_application()
conf.kit()  # a server with a setting that cannot be used does not start
this_process.ready = True
