"""What goes wrong in a worker reaches whoever waits for it."""

import pickle

from connector_kit.lifecycle.errors import Checkpoint, InstallationVanished, LifecycleError


def test_an_error_says_the_same_in_another_process():
    for error in (Checkpoint(1, 3), InstallationVanished("a" * 24), LifecycleError("x", "Why.")):
        there = pickle.loads(pickle.dumps(error))
        assert (there.code, there.message, str(there)) == (error.code, error.message, str(error))
