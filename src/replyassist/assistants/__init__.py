"""Tools for assistants over the Model Context Protocol: they draft, search and read; nothing here decides."""
