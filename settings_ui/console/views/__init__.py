"""The pages: each view reads a request, calls a service, and shows what it answered."""
