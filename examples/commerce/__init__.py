"""CommerceHub: a shop, an ERP and a chat, kept in step.

Two versions of one connector stand side by side here, so that an update can be shown. In a project
of your own there is one class, and its history is the repository's.
"""
