"""What all documents share: fields, secrets, references, reading and writing (http-api.md#3)."""
