"""How these pages become a site: ``make docs`` builds it into ``build/docs``."""

from importlib.metadata import version as installed_version

project = "Connector Kit"
release = version = installed_version("connector-kit")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "sphinx_llm.txt",  # llms.txt, and a Markdown copy of every page
]
exclude_patterns = ["screenshots"]

html_theme = "furo"
html_title = "Connector Kit"
html_show_copyright = False
html_show_sourcelink = False

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence", "linkify"]
myst_linkify_fuzzy_links = False
llms_txt_description = "Build, publish and roll out integrator.io SmartConnectors in Python"
llms_txt_suppress_unknown_node_warnings = True

copybutton_prompt_text = "$ "

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_class_signature = "separated"
