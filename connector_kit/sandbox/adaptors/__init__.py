"""How data gets out of and into applications: what an export, an import or a proxy call does.

Used one call at a time by the routes (virtual exports and imports, previews, invocations). Only
applications on this machine are asked (`connector_kit.sandbox.calling.backends`).
"""
