"""placeholder"""


def derive_versions(source, home):
    raise SystemExit("no")
