"""The WSGI application, for servers other than ``connector-kit serve``.

It has no defense of its own against slow clients (docs/operations.md#elsewhere).

Function calls do not pass through Django's request handling: they run in processes of their own
(`connector_kit.extension.isolation`), in which Django is ready too.
"""

import os
from functools import partial

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connector_kit.server.settings")

django_application = get_wsgi_application()

from connector_kit.conf import kit  # noqa: E402 - Django must be ready first
from connector_kit.extension import Dispatcher, Endpoint, this_process  # noqa: E402
from connector_kit.extension.accesslog import log_answer  # noqa: E402
from connector_kit.extension.endpoint import Run  # noqa: E402
from connector_kit.extension.recording import Recorder  # noqa: E402
from connector_kit.extension.wsgi import Stack  # noqa: E402
from connector_kit.server.stack import FunctionProcesses, registry  # noqa: E402
from connector_kit.server.vitals import health, lacks  # noqa: E402

_settings = kit()  # a server with a setting that cannot be used does not start

_run: Run
if _settings.isolation:
    _run = _processes = FunctionProcesses()
    _processes.start()
    this_process.watch(partial(lacks, _processes.can_serve))
else:
    _run = Dispatcher(registry(), observers=(log_answer, Recorder.of_this_server()))
    this_process.watch(partial(lacks, lambda: True))

application = Stack(
    Endpoint(_run, _settings.system_tokens),
    this_process,
    fallback=django_application,
    probes={"/health": health},
)
this_process.ready = True
