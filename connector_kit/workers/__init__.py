"""What all background work has in common: its queues, and whether workers are alive.

Tasks themselves live in the packages whose work they do.
"""
