"""Settings of installations: saved by customers' calls, asked for by publishers, refreshed."""
