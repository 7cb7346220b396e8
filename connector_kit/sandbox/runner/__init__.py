"""Running flows: pages from exports, through lookups and imports, booked on jobs.

A request queues a job (`queueing`), the queue runs one per flow at a time (`queue`), a run takes it
from its exports to its end (`run`), or takes failed records up again (`retrying`).
"""
