"""``python -m connector_kit.cli``, for editors that start modules."""

from connector_kit.cli import main

main()
