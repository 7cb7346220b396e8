"""What tests and people ask of the sandbox itself, under ``/_sandbox/``."""
