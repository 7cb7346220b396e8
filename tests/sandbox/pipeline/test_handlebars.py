"""Templates as the platform fills them in (protocol/platform-2026.md#19)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit.sandbox.http.errors import Refusal
from connector_kit.sandbox.pipeline import helpers
from connector_kit.sandbox.pipeline.templates import fill, in_body, in_uri

PLATFORM = Path(__file__).parents[4] / "shared" / "protocol" / "platform-2026.md"
LINES = [{"sku": "A", "n": 2}, {"sku": "B", "n": 5}]
CONTEXT = {
    "record": {"id": 7, "name": 'Ann & "Bo"', "Field name": "odd", "lines": LINES, "tags": ["x"]},
    "data": [{"id": 7}],
    "three": [1, 2, 3],
    "zero": 0,
    "text zero": "0",
    "empty": "",
    "import": {"lookups": [{"name": "regions", "map": {"DE": "EU"}}]},
    "lookup": {"price": 9},
    helpers.NOW: 1_767_225_600,
}

SYNTAX = {
    "a path": ("{{record.id}}", "7"),
    "what is missing": ("[{{record.nothing.more}}]", "[]"),
    "a position": ("{{data.0.id}} {{data.[0].id}} {{record.lines.1.sku}}", "7 7 B"),
    "an odd name": ("{{record.[Field name]}} {{[text zero]}}", "odd 0"),
    "a length": ("{{record.lines.length}} {{add record.lines.length 1}}", "2 3"),
    "within JSON": ('{"a":{"b":{{record.id}}}}', '{"a":{"b":7}}'),
    "raw text": ("{{{{raw}}}}{{record.id}}{{{{/raw}}}}", "{{record.id}}"),
    "an escaped tag": (r"\{{record.id}}", "{{record.id}}"),
    "a comment": ("a{{!-- {{no}} --}}b{{! no }}", "ab"),
    "each": ("{{#each record.lines}}{{@index}}{{sku}}{{../record.id}} {{/each}}", "0A7 1B7 "),
    "each of nothing": ("{{#each nothing}}x{{else}}none{{/each}}", "none"),
    "the first and the last": (
        "{{#each three}}{{#if @first}}<{{/if}}{{this}}{{#unless @last}},{{/unless}}{{/each}}",
        "<1,2,3",
    ),
    "a condition keeps the scope": (
        "{{#each record.lines}}{{#if n}}{{../record.id}}{{/if}}{{/each}}",
        "77",
    ),
    "else if": ("{{#if zero}}a{{else if three}}b{{else}}c{{/if}}", "b"),
    "with": ("{{#with record}}{{id}}{{@root.three.length}}{{/with}}", "73"),
    "nested helpers": ('{{uppercase (replace (trim " a-b ") "-" "_")}}', "A_B"),
}


@pytest.mark.parametrize(("template", "text"), SYNTAX.values(), ids=SYNTAX)
def test_a_template_is_filled_in(template, text):
    assert fill(template, CONTEXT) == text


@pytest.mark.parametrize(
    ("how", "braces", "text"),
    [
        (in_uri, "{{record.name}}", "Ann%20%26%20%22Bo%22"),
        (in_uri, "{{uppercase record.name}}", "ANN%20%26%20%22BO%22"),
        (in_uri, "{{#with record}}{{name}}{{/with}}", "Ann%20%26%20%22Bo%22"),
        (in_uri, "{{record.[Field name]}}", "odd"),
        (in_uri, "{{{record.name}}}{{&record.id}}", 'Ann & "Bo"7'),
        (in_body, "{{record.name}}", 'Ann & \\"Bo\\"'),
        (fill, "{{record.name}}", 'Ann & "Bo"'),
    ],
)
def test_double_braces_write_a_value_as_its_place_needs_it(how, braces, text):
    assert how(braces, CONTEXT) == text


HELPERS = {
    "abs ceil floor round": ("{{abs -3}}{{ceil 1.2}}{{floor 1.8}}{{round 2.5}}", "3213"),
    "add subtract": ('{{add "1" 2 3}} {{subtract 5 1}}', "6 4"),
    "multiply divide modulo": ("{{multiply 2 3}} {{divide 10 4}} {{modulo 7 3}}", "6 2.5 1"),
    "sum avg": ("{{sum three}} {{sum 1 2}} {{avg three}}", "6 3 2"),
    "toFixed": ("{{toFixed 2.345 2}} {{toFixed 2.5 0}}", "2.35 3"),
    "toPrecision toExponential": ("{{toPrecision 1234 2}} {{toExponential 12 1}}", "1.2e+3 1.2e+1"),
    "addCommas bytes ordinalize": (
        "{{addCommas 1234567}} {{bytes 1234 2}} {{ordinalize 11}} {{ordinalize 22}}",
        "1,234,567 1.23 kB 11th 22nd",
    ),
    "uppercase lowercase": ('{{uppercase "aB"}}{{lowercase "aB"}}', "ABab"),
    "capitalize capitalizeAll sentence": (
        '{{capitalize "a b"}}, {{capitalizeAll "a b"}}, {{sentence "a B. c"}}',
        "A b, A B, A b. C",
    ),
    "camelcase pascalcase": ('{{camelcase "foo bar-Baz"}} {{pascalcase "a b"}}', "fooBarBaz AB"),
    "snakecase dashcase dotcase pathcase": (
        '{{snakecase "a b"}} {{dashcase "a.b"}} {{dotcase "a b"}} {{pathcase "a b"}}',
        "a_b a-b a.b a/b",
    ),
    "trim trimLeft trimRight chop": (
        '[{{trim " a "}}][{{trimLeft " a "}}][{{trimRight " a "}}][{{chop "_ A _"}}]',
        "[a][a ][ a][A]",
    ),
    "padLeft padRight": ('{{padLeft 5 3 "0"}} {{padRight 5 3 "0"}}', "005 500"),
    "replace replacefirst removefirst": (
        '{{replace "a-b-c" "-" "+"}} {{replacefirst "a-b-c" "-" "+"}} {{removefirst "a-b-c" "-"}}',
        "a+b+c a+b-c ab-c",
    ),
    "split join": ('{{split "a,b" "," 1}} {{join "-" "a" "b"}} {{join "-" three}}', "b a-b 1-2-3"),
    "substring truncateWords reverse": (
        '{{substring "hello" 1 3}} {{truncateWords "a b c" 2 "..."}} {{reverse "abc"}}',
        "el a b... cba",
    ),
    "occurrences sanitize": ('{{occurrences "aba" "a"}} {{sanitize "<b>x</b>"}}', "2 x"),
    "after before arrayify": ('{{after three 1}} {{before three 1}} {{arrayify "x"}}', "2,3 1,2 x"),
    "pluck unique": ('{{pluck record.lines "sku"}} {{unique (split "a,b,a" ",")}}', "A,B a,b"),
    "sort": (
        '{{sort (split "10,9" ",")}} {{sort (split "9,10" ",") number="true" reverse="true"}}',
        "10,9 10,9",
    ),
    "getValue": ('{{getValue "record.id" 1}} {{getValue "record.x" 1}}', "7 1"),
    "lookup": ('{{lookup "regions" "DE"}} {{lookup.price}} {{lookup record "id"}}', "EU 9 7"),
    "dateFormat": (
        '{{dateFormat "MM/DD/YYYY [at] HH" "2026-05-01 10" "YYYY-MM-DD HH" "UTC"}}',
        "05/01/2026 at 10",
    ),
    "dateAdd": ('{{dateAdd "2026-05-01T10:00:00.000Z" -3600000}}', "2026-05-01T09:00:00.000Z"),
    "timestamp": ('{{timestamp}} {{timestamp "YYYY" "UTC"}}', "2026-01-01T00:00:00.000Z 2026"),
    "base64Encode base64Decode": ('{{base64Encode "hé"}} {{base64Decode "aMOp"}}', "aMOp hé"),
    "encodeURI decodeURI": ('{{encodeURI "a b&c"}} {{decodeURI "a%20b"}}', "a%20b%26c a b"),
    "htmlEncode htmlDecode": ('{{htmlEncode "<a>"}} {{htmlDecode "&lt;"}}', "&lt;a&gt; <"),
    "jsonSerialize jsonStringify": ("{{jsonSerialize data}}{{jsonStringify 1}}", '[{"id":7}]1'),
    "jsonEncode jsonParse": (
        "{{jsonEncode record.name}} {{#with (jsonParse '[5]')}}{{[0]}}{{/with}}",
        'Ann & \\"Bo\\" 5',
    ),
    "stripProtocol stripQuerystring": (
        '{{stripProtocol "https://x.y/z"}} {{stripQuerystring "u?a=1"}}',
        "//x.y/z u",
    ),
    "regexMatch regexReplace regexSearch": (
        (
            r'{{regexMatch "a1b22" "\d+" 1 "g"}} {{regexReplace "a b" "$2 $1" "(\w) (\w)"}} '
            r'{{regexSearch "abc" "c"}}'
        ),
        "22 b a 2",
    ),
    "hash": ('{{hash "md5" "hex" "a"}}', "0cc175b9c0f1b6a831c399e269772661"),
    "hmac": (  # the values of RFC 2202
        '{{hmac "md5" "Jefe" "hex" "what do ya want for nothing?"}}',
        "750c783e6ab0b503eaa86e310a5db738",
    ),
    "eq isTruthy isFalsey": ('{{eq 1 1}} {{isTruthy 0}} {{isFalsey ""}}', "true false true"),
    "hasOwn hasNoItems typeOf": (
        '{{hasOwn record "id"}} {{hasNoItems three}} {{typeOf three}} {{typeOf nothing}}',
        "true false array undefined",
    ),
    "compare": (
        (
            '{{#compare "9" ">" "10"}}y{{/compare}}{{#compare 9 ">" 10}}y{{else}}n{{/compare}}'
            '{{#compare "1" "==" 1}}y{{/compare}}{{#compare "1" "===" 1}}y{{else}}n{{/compare}}'
        ),
        "ynyn",
    ),
    "and or neither not": (
        (
            "{{#and [text zero] three}}y{{/and}}{{#or zero empty}}y{{else}}n{{/or}}"
            "{{#neither zero empty}}y{{/neither}}{{#not zero}}y{{/not}}"
        ),
        "ynyy",
    ),
    "contains inArray startsWith": (
        (
            "{{#contains three 2}}y{{/contains}}{{#inArray three 9}}y{{else}}n{{/inArray}}"
            '{{#startsWith "a" "ab"}}y{{/startsWith}}{{#if (contains "abc" "b")}}y{{/if}}'
        ),
        "ynyy",
    ),
    "isEmpty ifEven": ("{{#isEmpty empty}}y{{/isEmpty}}{{#ifEven 3}}y{{else}}n{{/ifEven}}", "yn"),
    "filter some": (
        '{{#filter record.lines "B" "sku"}}{{n}}{{/filter}}{{#some record.lines "n"}}y{{/some}}',
        "5y",
    ),
}


@pytest.mark.parametrize(("template", "text"), HELPERS.values(), ids=HELPERS)
def test_a_helper_makes_what_the_catalog_says(template, text):
    assert fill(template, CONTEXT) == text


@pytest.mark.skipif(not PLATFORM.exists(), reason="the platform's description is not here")
def test_every_helper_of_the_catalog_is_simulated_or_refused_by_name():
    _, _, section = PLATFORM.read_text(encoding="utf-8").partition("## 19. Handlebars")
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    names = {word for row in rows for word in re.findall(r"`#?([A-Za-z0-9]{2,})", row)}
    names |= {"hashOptions", "hmacOptions"}
    names -= {"if", "unless", "with", "each"}  # the engine's own

    assert len(names) > 70
    assert not [name for name in sorted(names) if not helpers.is_helper(name)]


@pytest.mark.parametrize("kind", ["crypto", "number", "uuid"])
def test_random_text_differs_each_time(kind):
    template = f'{{{{random "{kind}" 40}}}}'

    assert fill(template, {}) != fill(template, {})


REFUSED = {
    "a helper that is none": ("{{nothing 1}}", 422, 'Missing helper: "nothing"'),
    "a block that is none": ("{{#nothing 1}}x{{/nothing}}", 422, 'Missing helper: "nothing"'),
    "one that signs requests": ('{{aws4 "key"}}', 501, "here: aws4"),
    "a tag without an end": ("{{record.id", 422, "unclosed tag"),
    "a block without an end": ("{{#if a}}", 422, "unclosed block"),
    "what is no number": ('{{abs "x"}}', 422, "'x' is no number"),
    "no argument": ("{{uppercase}}", 422, "uppercase: missing 1 required"),
    "a pattern that is none": ('{{regexMatch "a" "("}}', 422, "SyntaxError"),
    "no such zone": ('{{timestamp "YYYY" "Mars"}}', 422, "No time zone found"),
    "no such lookup": ('{{lookup "countries" "DE"}}', 422, "no lookup 'countries'"),
}


@pytest.mark.parametrize(("template", "status", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_filled_in_is_refused_by_name(template, status, message):
    with pytest.raises(Refusal) as caught:
        fill(template, CONTEXT)

    assert caught.value.status == status
    assert message in caught.value.errors[0]["message"]


NAMES = st.sampled_from(["record.id", "record.name", "zero", "data.0.id", "empty", "nothing.x"])


@given(names=st.lists(NAMES, max_size=4), raw=st.booleans())
def test_plain_paths_are_filled_in_as_the_engine_fills_them_in(names, raw):
    tags = [f"{{{{{{{name}}}}}}}" if raw else f"{{{{{name}}}}}" for name in names]
    template = "/".join(tags)

    # The comment leads past the shortcut for templates of plain paths.
    assert in_uri(template, CONTEXT) == in_uri(template + "{{! }}", CONTEXT)
