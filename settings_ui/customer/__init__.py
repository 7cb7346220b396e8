"""The settings of one installation, for the customer whom a signed link led here, and for staff."""
