"""Makes Ctrl-C and SIGTERM stop the program at any point.

Python raises KeyboardInterrupt in the code that is running. If that code is a callback of the interpreter, for example
a finalizer or the callback of a weak reference, Python drops the interrupt. Database libraries run such callbacks
often, so an interrupt could be lost. Here a dropped interrupt is sent again.
"""

import _thread
import signal
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

# Long enough for the callback to have returned, short enough that the user does not press the keys again.
_RESEND_SECONDS = 0.05


def install_interrupt_handlers() -> None:
    """Makes SIGTERM a KeyboardInterrupt, and raises a dropped KeyboardInterrupt again.

    It changes the signal handlers and `sys.unraisablehook` of the process; only a command may call it, in the main
    thread.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    main_thread = threading.get_ident()  # the only thread that receives signals
    previous_hook = sys.unraisablehook

    def resend_interrupt(unraisable: "UnraisableHookArgs") -> None:
        if unraisable.exc_type is not KeyboardInterrupt:
            previous_hook(unraisable)
            return
        timer = threading.Timer(_RESEND_SECONDS, _interrupt, (main_thread,))
        timer.daemon = True
        timer.start()

    sys.unraisablehook = resend_interrupt


def _interrupt(main_thread: int) -> None:
    """Sends Ctrl-C to the main thread itself.

    So it also ends a wait for other threads.
    """
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(main_thread, signal.SIGINT)
    else:  # Windows: the interrupt is raised once the wait is over
        _thread.interrupt_main()
