"""The settings of one installation, for a customer with a signed link, and for staff."""
