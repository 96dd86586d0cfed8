"""Pages for leads: templates, voice, channels, audit and overview."""
