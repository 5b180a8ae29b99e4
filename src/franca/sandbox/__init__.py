"""The loopback host of the ESP emulators: clock, faults, recorded traffic, HTTP.

Imports nothing else of franca, so that what an emulator answers can never depend on what our compilers believe.
"""

from franca.sandbox.clock import Clock
from franca.sandbox.emulator import Call, Emulator, Handler, Reply, Route
from franca.sandbox.faults import Fault, Faults
from franca.sandbox.host import Host
from franca.sandbox.recorder import Exchange
from franca.sandbox.registry import emulator, emulators, example_key
from franca.sandbox.seeds import check_seed
from franca.sandbox.server import Running, listening, serve

__all__ = [
    "Call",
    "Clock",
    "Emulator",
    "Exchange",
    "Fault",
    "Faults",
    "Handler",
    "Host",
    "Reply",
    "Route",
    "Running",
    "check_seed",
    "emulator",
    "emulators",
    "example_key",
    "listening",
    "serve",
]
