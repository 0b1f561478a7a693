"""The package's settings, and its access to the process's environment."""

from rag.settings.fields import (
    APPLICATION,
    ENV_FILE,
    Settings,
    api_key_text,
    load_command_settings,
    load_settings,
    parse_base_url,
)

__all__ = [
    "APPLICATION",
    "ENV_FILE",
    "Settings",
    "api_key_text",
    "load_command_settings",
    "load_settings",
    "parse_base_url",
]
