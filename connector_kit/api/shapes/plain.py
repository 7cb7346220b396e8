"""Shapes that are only written: values that the packages below return as they are."""

from __future__ import annotations

import json
from typing import Any

from rest_framework import serializers


class Shown(serializers.Serializer[Any]):
    """A shape that is answered and never sent."""

    def create(self, validated_data: Any) -> Any:
        """Nothing is stored through a shape."""
        raise NotImplementedError

    def update(self, instance: Any, validated_data: Any) -> Any:
        """Nothing is stored through a shape."""
        raise NotImplementedError


def counts(**options: Any) -> serializers.DictField:
    """How many there are of each."""
    return serializers.DictField(child=serializers.IntegerField(), **options)


def words(**options: Any) -> serializers.ListField:
    """A list of texts."""
    return serializers.ListField(child=serializers.CharField(), **options)


def objects() -> serializers.ListField:
    """A list of JSON objects, as `docs/api.md` describes them."""
    return serializers.ListField(child=serializers.DictField())


def storable(value: Any) -> None:
    """Refuse JSON that PostgreSQL cannot keep: NUL, half characters, numbers without end."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
    except ValueError as error:
        raise serializers.ValidationError("It holds a number or text without meaning.") from error
    if "\\u0000" in text:
        raise serializers.ValidationError("It holds a NUL character.")
