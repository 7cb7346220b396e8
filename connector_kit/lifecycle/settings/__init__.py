"""Settings of installations: saved by customers, requested by publishers, refreshed."""
