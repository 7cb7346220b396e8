"""The actions of ``manage.py embedded``."""
