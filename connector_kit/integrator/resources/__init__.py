"""What can be asked of integrator.io: one module for each kind of thing (protocol/http-api.md)."""
