"""The description of the port for programs (OpenAPI 3.1)."""

from __future__ import annotations

from typing import Any

from knowalledge_desktop.core.request import Detail, EngineChoice, Level, Style

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_OBJECT: Json = {"type": "object"}
_TOPIC: Json = {"type": "string", "minLength": 1, "maxLength": 200, "description": "What it is about."}


def document(version: str) -> Json:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "KnowAllEdge Desktop",
            "version": version,
            "description": "The loopback port of the program. It answers on 127.0.0.1 only.",
        },
        "paths": {
            **_both("/metrics", _open("Numbers for Prometheus", kind="text/plain")),
            **_both("/health", _open("Whether the program is alive"), "/api/health"),
            **_both("/ready", _open("Whether all that is needed works", more=("503",)), "/api/ready"),
            **_both("/startup", _open("Whether the program has started"), "/api/startup"),
            **_both("/api/quota/stats", _open("How full the limits are, and what was spent", more=("500",))),
            **_both("/openapi.json", _open("This document"), "/api/docs"),
            "/api/library": {"get": _library("Maps that are kept", _query("limit", 500), _query("offset", 10**6))},
            "/api/library/search": {
                "get": _library(
                    "Kept topics that match",
                    {"name": "q", "in": "query", "required": True, "schema": {**_TEXT, "maxLength": 500}},
                    _query("limit", 200),
                )
            },
            "/api/library/{map_id}/export": {
                "get": _library(
                    "A map as a file",
                    {"name": "map_id", "in": "path", "required": True, "schema": _TEXT},
                    {"name": "format", "in": "query", "schema": {**_TEXT, "default": "knowalledge"}},
                    kind="application/octet-stream",
                )
            },
            "/api/create_subtopics": {"post": _work("Subtopics of a topic, as a map", _wish())},
            "/api/explain": {
                "post": _work("An explanation of a topic", _wish(within=_within()), streams=True),
            },
            "/api/create_presentation": {
                "post": _work("Explanations of several subtopics", _wish(focus=_focus()), streams=True),
            },
            "/api/image2topic": {"post": _image()},
            "/api/generate_image": {
                "post": _work("A picture of a topic", _wish("prompt", within=_within(), prompt=_TOPIC)),
            },
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Problem": {
                    "type": "object",
                    "required": ["type", "title", "status"],
                    "properties": {
                        "type": _TEXT,
                        "title": _TEXT,
                        "status": {"type": "integer"},
                        "detail": _TEXT,
                        "retry_after_s": {"type": "integer"},
                    },
                }
            },
        },
    }


def _both(path: str, operation: Json, also: str = "") -> Json:
    return {each: {"get": operation} for each in (path, also) if each}


def _problem(told: str) -> Json:
    return {
        "description": told,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _answers(kind: str, *problems: str) -> Json:
    words = {
        "400": "The request cannot be read",
        "401": "The token is missing or wrong",
        "403": "Asked by a web page, or under a foreign name; or the key cannot be used",
        "404": "There is no such thing",
        "408": "The body came too slowly",
        "413": "The body is too large",
        "415": "The body is of another kind",
        "422": "What was given cannot be used",
        "429": "Too often, or a limit is used up",
        "500": "A file cannot be used, or the program is broken",
        "502": "The answer of the engine cannot be used",
        "503": "It cannot be answered now",
        "504": "The engine did not answer in time",
        "507": "The disk is full",
    }
    schema = _OBJECT if kind == "application/json" else _TEXT
    told: Json = {"200": {"description": "What was asked for", "content": {kind: {"schema": schema}}}}
    return {**told, **{status: _problem(words[status]) for status in ("403", "429", *problems)}}


def _open(summary: str, *, kind: str = "application/json", more: tuple[str, ...] = ()) -> Json:
    return {"summary": summary, "security": [], "responses": _answers(kind, "503", *more)}


def _library(summary: str, *parameters: Json, kind: str = "application/json") -> Json:
    return {
        "summary": summary,
        "security": [{"token": []}],
        "parameters": list(parameters),
        "responses": _answers(kind, "401", "404", "422", "500", "503", "507"),
    }


_TROUBLES = ("400", "401", "404", "408", "413", "415", "422", "500", "502", "503", "504", "507")


def _work(summary: str, body: Json, *, streams: bool = False) -> Json:
    answers = _answers("application/json", *_TROUBLES)
    if streams:
        for kind in ("application/x-ndjson", "text/event-stream"):
            answers["200"]["content"][kind] = {"schema": _TEXT}
    return {
        "summary": summary,
        "security": [{"token": []}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": answers,
    }


def _image() -> Json:
    form = {
        "type": "object",
        "required": ["image"],
        "properties": {"image": {"type": "string", "format": "binary"}},
    }
    kinds: Json = {"multipart/form-data": {"schema": form}}
    for kind in ("image/png", "image/jpeg", "image/webp", "image/gif"):
        kinds[kind] = {"schema": {"type": "string", "format": "binary"}}
    return {
        "summary": "What a picture is about",
        "security": [{"token": []}],
        "requestBody": {"required": True, "content": kinds},
        "responses": _answers("application/json", *_TROUBLES),
    }


def _wish(required: str = "topic", **more: Json) -> Json:
    own = {} if required != "topic" else {"topic": _TOPIC}
    return {
        "type": "object",
        "required": [required],
        "properties": {
            **own,
            **more,
            "language": {"type": "string", "pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"},
            "level": {"enum": [*Level, "juniorLevel", "highSchoolLevel", "undergradLevel"]},
            "detail": {"enum": [*Detail, "lowDetail", "mediumDetail", "highDetail"]},
            "style": {"enum": list(Style)},
            "count": {"type": "integer", "minimum": 1, "maximum": 30},
            "engine": {"enum": list(EngineChoice)},
            "fresh": {"type": "boolean", "description": "Ask again instead of reading the cache."},
        },
    }


def _within() -> Json:
    return {"type": "string", "maxLength": 200, "description": "The root of the map that the topic is of."}


def _focus() -> Json:
    return {"type": "array", "items": _TOPIC, "maxItems": 20, "description": "Subtopics; none means all."}


def _query(name: str, most: int) -> Json:
    least = 0 if name == "offset" else 1
    return {"name": name, "in": "query", "schema": {"type": "integer", "minimum": least, "maximum": most}}
