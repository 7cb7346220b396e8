"""The REST endpoints: install base, licences, settings, rollouts."""
