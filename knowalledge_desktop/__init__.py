"""KnowAllEdge Desktop: type a topic and a map of it grows under your hands."""

__version__ = "0.1.0"
