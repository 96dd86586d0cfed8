"""Reply templates: load, lint, version, import and export."""
