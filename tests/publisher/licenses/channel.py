"""A channel of a publisher's own."""

noted = []


def note(reminding):
    noted.append((reminding.license.email, reminding.days_left))
