"""What the platform remembers, in memory."""
