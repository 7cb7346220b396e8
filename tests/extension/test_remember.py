"""Many calls in a row look a connector's functions up once."""

from connector_kit.extension import FunctionModule
from connector_kit.extension.remember import Remembering


class Records:
    """Something slow that knows modules, and counts how often it is asked."""

    def __init__(self) -> None:
        self.modules: dict[str, FunctionModule] = {}
        self.asked = 0
        self.now = 100.0

    def find(self, connector_id: str) -> FunctionModule | None:
        self.asked += 1
        return self.modules.get(connector_id)

    def remembering(self) -> Remembering:
        return Remembering(self.find, 2.0, clock=lambda: self.now)


def test_a_module_is_looked_up_once_until_its_time_is_over() -> None:
    records = Records()
    records.modules["c"] = old = FunctionModule()
    find = records.remembering()

    assert (find("c"), find("c"), records.asked) == (old, old, 1)

    records.modules["c"] = new = FunctionModule()
    records.now += 2
    assert (find("c"), records.asked) == (new, 2)


def test_a_connector_that_is_published_is_served_at_once() -> None:
    records = Records()
    find = records.remembering()
    assert find("c") is None

    records.modules["c"] = module = FunctionModule()
    assert find("c") is module


def test_a_connector_that_is_gone_is_forgotten() -> None:
    records = Records()
    records.modules["c"] = FunctionModule()
    find = records.remembering()
    find("c")

    del records.modules["c"]
    records.now += 2
    assert find("c") is None
