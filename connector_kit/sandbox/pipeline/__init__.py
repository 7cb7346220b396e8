"""What exports and imports share: a record's way through filters, transforms, mappings, hooks."""
