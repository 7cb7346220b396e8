"""Running flows: pages from exports, through lookups and imports, booked on jobs.

The queue of jobs runs one per flow at a time. A run takes it from its exports to its end (`run`),
or takes failed records up again (`retries`).
"""
