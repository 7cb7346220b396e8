"""What all work in the background has in common: its queues, and whether somebody works.

Tasks themselves live in the packages whose work they do.
"""
