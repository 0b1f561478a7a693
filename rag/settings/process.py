"""The process's environment variables and processors.

No other module reads or changes the environment; the settings leave that to pydantic-settings. Importing this
module changes nothing: the variables that switch off other libraries' telemetry are set by a process of our own, the
command or the server.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

# Variables that the command or the server sets before it imports chromadb, gradio, ray or a hub client.
_NO_TELEMETRY = {
    "ANONYMIZED_TELEMETRY": "False",  # Chroma
    "GRADIO_ANALYTICS_ENABLED": "False",
    # Gradio keeps each call for a monitor that is not served here, and sorts all calls again when one fails.
    "GRADIO_ANALYTICS_MAX_EVENTS": "100",
    "RAY_USAGE_STATS_ENABLED": "0",
}
# Variables that such a process sets if the user has not set them.
_OFFLINE = {"HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1"}


def disable_third_party_telemetry() -> None:
    """Switches off the telemetry and downloads of other libraries.

    It sets the variables that chromadb, gradio, ray and hub clients read. For a process of our own (the command, the
    server), before it imports any of them. The library passes what these accept as arguments instead.
    """
    os.environ.update(_NO_TELEMETRY)
    for name, value in _OFFLINE.items():
        os.environ.setdefault(name, value)


@contextmanager
def without_ray_usage_statistics() -> Iterator[None]:
    """Switches off Ray's usage statistics while the context is open.

    It applies to the Ray processes that are started meanwhile. Ray takes the setting from the environment of the
    process that starts them and accepts no argument for it; the variable is restored afterwards.
    """
    name = "RAY_USAGE_STATS_ENABLED"
    previous = os.environ.get(name)
    os.environ[name] = _NO_TELEMETRY[name]
    try:
        yield
    finally:
        if previous is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = previous


def cpu_count() -> int:
    """The number of processors that this process may use.

    It is the number of all processors where the system does not limit it.
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
