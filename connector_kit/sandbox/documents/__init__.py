"""What a document is: its secrets, references, shape and validity. Pure functions."""
