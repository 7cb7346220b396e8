"""Order notices: orders of a shop, told in a chat; with settings, and a second edition.

Two versions stand side by side here, so that an update can be shown. In a project of your own there
is one class, and its history is the repository's.
"""
