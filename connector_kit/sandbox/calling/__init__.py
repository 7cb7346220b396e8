"""How the platform calls a stack: functions, and pushed updates in the background."""
