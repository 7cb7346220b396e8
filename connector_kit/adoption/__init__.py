"""Bringing connectors in: from a name to a class, from a hand-built integration to a package."""

from connector_kit.adoption.adopting import Adoption, Remark, adopt
from connector_kit.adoption.download import AdoptionError, Download
from connector_kit.adoption.files import read_files
from connector_kit.adoption.live import read_live
from connector_kit.adoption.loading import LoadError, load_connector
from connector_kit.adoption.source import Outline
from connector_kit.adoption.unpacking import unpack
from connector_kit.adoption.writing import folder_name, write_package

__all__ = [
    "Adoption",
    "AdoptionError",
    "Download",
    "LoadError",
    "Outline",
    "Remark",
    "adopt",
    "folder_name",
    "load_connector",
    "read_files",
    "read_live",
    "unpack",
    "write_package",
]
