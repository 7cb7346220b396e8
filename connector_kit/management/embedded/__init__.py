"""The actions of ``connector-kit embedded``."""
