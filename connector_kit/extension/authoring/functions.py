"""One function of an author: what is called, its kind, and the options that it takes."""

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import FunctionType, MethodType, SimpleNamespace
from typing import Any, get_type_hints

from connector_kit.blueprint import Offer, StackFunction
from connector_kit.blueprint.offers import NOTHING
from connector_kit.blueprint.problems import Finding, did_you_mean
from connector_kit.extension.authoring.fields import Options
from connector_kit.extension.authoring.kinds import KINDS, Kind
from connector_kit.extension.errors import ExtensionError
from connector_kit.extension.words import sort_of


@dataclass(frozen=True, eq=False)
class Registered:
    """A function that calls may reach; called with the options as the platform sent them.

    *callable* is the author's own. *kind* is None when nothing says which it is. *options* is the
    class that the function's first parameter is annotated with, None when it takes a plain dict.
    *offer* is what the connector is sold as that the function belongs to.
    """

    callable: Callable[..., Any]
    kind: Kind | None = None
    options: type[Options] | None = None
    offer: Offer = NOTHING

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        """The author's own function, for callers that inspect its signature."""
        return self.callable

    def __call__(self, options: Any, *more: Any) -> Any:
        """Call the function with *options* as it takes them, and a callback if it takes one."""
        if self.options is not None and not isinstance(options, Options):
            if not isinstance(options, Mapping):
                raise ExtensionError(
                    "invalid_field",
                    f"The options must be an object, not {sort_of(options)}.",
                )
            options = self.options(options, self.offer)
        return self.callable(options, *more)


def register(function: Any, offer: Offer = NOTHING) -> tuple[Registered, tuple[Finding, ...]]:
    """Return *function*, marked or not, as it is served, and the problems that prevent serving it.

    *offer* is that of the connector it belongs to, if it belongs to one.
    """
    if isinstance(function, Registered):
        return function, ()
    is_marked = isinstance(function, StackFunction)
    kind = KINDS.get(function.kind) if is_marked else None
    own = function.callable if is_marked else function
    if not callable(own):
        return Registered(own, kind), (not_callable(own),)
    try:
        parameters = tuple(inspect.signature(own).parameters.values())
    except (TypeError, ValueError):  # a built-in function that does not say
        return Registered(own, kind), ()
    options, doubts = _options_class(own, parameters)
    wrong_mark = _wrong_mark(function, options) if is_marked else ()
    findings = (*wrong_mark, *_wrong_parameters(parameters), *doubts)
    return Registered(own, kind, options, offer), findings


def _wrong_mark(marked: StackFunction, options: type[Options] | None) -> Iterator[Finding]:
    kind = KINDS.get(marked.kind)
    if kind is None:
        yield Finding(
            "E405",
            f"It is marked as a {marked.kind}, which is not a function kind.",
            f"{did_you_mean(marked.kind, KINDS)}Mark it with one of "
            f"{', '.join(f'@{kind.mark}' for kind in KINDS.values())}.",
        )
    # Options are those of the kind, a general view of them, or a refined one.
    elif options and not (issubclass(options, kind.options) or issubclass(kind.options, options)):
        yield Finding(
            "E406",
            f"It is a {kind.name} function and takes {options.__name__}.",
            f"A {kind.name} function gets {kind.options.__name__}. Annotate it accordingly, or "
            "correct its mark.",
        )


Parameters = tuple[inspect.Parameter, ...]


def _positional(parameters: Parameters) -> Parameters:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return tuple(parameter for parameter in parameters if parameter.kind in kinds)


def _wrong_parameters(parameters: Parameters) -> Iterator[Finding]:
    positional = _positional(parameters)
    takes_any = any(parameter.kind is inspect.Parameter.VAR_POSITIONAL for parameter in parameters)
    required = [parameter for parameter in positional if parameter.default is parameter.empty]
    by_keyword = [
        parameter.name
        for parameter in parameters
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and parameter.default is parameter.empty
    ]
    if positional and positional[0].name == "self":
        yield Finding(
            "E402",
            "It has a parameter self but no instance to bind it to.",
            "Pass an instance instead of the class, or make it a @staticmethod.",
        )
    elif not positional and not takes_any:
        yield Finding("E403", "It takes no parameters.", "Add one; it is called with the options.")
    elif len(required) > 2 or by_keyword:
        needed = ", ".join([*(parameter.name for parameter in required), *by_keyword])
        yield Finding(
            "E403",
            f"It cannot be called without {needed}.",
            "It is called with the options, and with a callback if it takes two parameters. Give "
            "the other parameters defaults.",
        )


def _options_class(
    function: Callable[..., Any], parameters: Parameters
) -> tuple[type[Options] | None, tuple[Finding, ...]]:
    """Return the class of options that the first parameter is annotated with, if it is one."""
    first = _positional(parameters)[:1]
    annotation: Any = first[0].annotation if first else None
    if isinstance(annotation, str):
        try:
            names = getattr(_python_function(function), "__globals__", {})
            annotated = SimpleNamespace(__annotations__={"first": annotation})
            annotation = get_type_hints(annotated, globalns=names)["first"]
        except Exception as error:  # noqa: BLE001 - an annotation may hold any expression
            return None, _lost(annotation, error)
    if isinstance(annotation, type) and issubclass(annotation, Options):
        return annotation, ()
    return None, ()


def _python_function(function: Any) -> Any:
    """Return the ``def`` behind a method, a partial, a decorated function, or a callable object."""
    while True:
        if isinstance(function, functools.partial):
            function = function.func
        elif isinstance(function, MethodType):
            function = function.__func__
        elif hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        else:
            call = inspect.getattr_static(type(function), "__call__", None)
            if isinstance(function, FunctionType) or not isinstance(call, FunctionType):
                return function
            function = call


def _lost(annotation: str, error: Exception) -> tuple[Finding, ...]:
    """Return the finding for an annotation that means nothing here, if options were meant."""
    word = annotation.rpartition(".")[2].strip()
    known = [descendant.__name__ for descendant in _descendants(Options)]
    # Other unresolved names, of an author's own types, say that a plain dict is wanted.
    if not get_close_matches(word, known, n=1, cutoff=0.9):
        return ()
    return (
        Finding(
            "E404",
            f"Its annotation {annotation!r} cannot be resolved: {error}.",
            f"{'' if word in known else did_you_mean(word, known)}Import the class at the top of "
            "the module, not only for type checkers.",
        ),
    )


def _descendants(options: type[Options]) -> Iterator[type[Options]]:
    yield options
    for subclass in options.__subclasses__():
        yield from _descendants(subclass)


def not_callable(function: object) -> Finding:
    """Return the message about a value found where a function belongs."""
    return Finding(
        "E401",
        f"It is not a function but {sort_of(function)}.",
        "Only functions belong here. Move it elsewhere.",
    )
