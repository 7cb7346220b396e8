"""The next version, which keeps beside its own what installations of the first one call."""

from tests.publisher import hooked_1_0, hooked_1_1


class Hooked(hooked_1_1.Hooked):
    version = "1.2.0"

    old_hook = hooked_1_0.old_hook
