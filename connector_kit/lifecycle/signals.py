"""What the lifecycle tells the packages above it."""

from django.dispatch import Signal

operation_finished = Signal()
"""An `Operation` ended, well or not; sent with ``operation=``, after it was stored."""
