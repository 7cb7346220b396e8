"""The console of the publisher's staff: what runs where, and what to do about it."""
