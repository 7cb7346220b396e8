"""Shapes that are only written: values that the packages below return as they are."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

LONGEST_WORD = 300


class Shown(serializers.Serializer[Any]):
    """A shape of answers, never of requests."""

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
    """A list of texts, none of them longer than a name may be."""
    child = serializers.CharField(max_length=LONGEST_WORD)
    return serializers.ListField(child=child, **options)


def objects() -> serializers.ListField:
    """A list of JSON objects, as `docs/api.md` describes them."""
    return serializers.ListField(child=serializers.DictField())
