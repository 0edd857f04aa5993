"""The web side of gradwalk: settings, routes and pages around the engine."""

__version__ = "0.1.0"
