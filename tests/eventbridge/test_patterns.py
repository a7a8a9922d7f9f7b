"""Event patterns: the EventBridge User Guide's examples as a table, and what is refused.

Source: "Comparison operators for use in event patterns in Amazon EventBridge", "Creating Amazon
EventBridge event patterns"; the reasons of refusals: aws/event-ruler.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from lablib.eventbridge.errors import InvalidEventPattern
from lablib.eventbridge.pattern import compiled

EVENT = {
    "version": "0",
    "source": "aws.ec2",
    "region": "us-east-1",
    "resources": ["arn:aws:ec2:us-east-1:123456789012:instance/i-1"],
    "detail-type": "AWS API Call via CloudTrail",
    "detail": {
        "eventName": "StopInstances",
        "readOnly": False,
        "count": 300,
        "price": 3.018e2,
        "nothing": None,
        "empty": "",
        "sourceIPAddress": "10.0.0.77",
        "FileName": "image.png",
        "FilePath": "home/lib/users/x",
        "state": "initializing",
        "requestParameters": {
            "force": False,
            "instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2", "kind": "b"}]},
        },
        "tags": ["prod", "sap"],
        "none": [],
    },
}

# (what of the detail is asked, does it match?)
CASES: list[tuple[dict[str, Any], bool]] = [
    ({"eventName": ["StopInstances"]}, True),
    ({"eventName": ["StartInstances", "StopInstances"]}, True),
    ({"eventName": ["StartInstances"]}, False),
    ({"eventName": ["StopInstances"], "readOnly": [True]}, False),
    ({"readOnly": [False]}, True),
    ({"readOnly": ["false"]}, False),
    ({"readOnly": [0]}, False),
    ({"count": [300.0]}, True),
    ({"count": ["300"]}, False),
    ({"nothing": [None]}, True),
    ({"missing": [None]}, False),
    ({"empty": [""]}, True),
    ({"eventName": [{"prefix": "Stop"}]}, True),
    ({"eventName": [{"prefix": "stop"}]}, False),
    ({"eventName": [{"prefix": {"equals-ignore-case": "stop"}}]}, True),
    ({"FileName": [{"suffix": ".png"}]}, True),
    ({"FileName": [{"suffix": {"equals-ignore-case": ".PNG"}}]}, True),
    ({"FileName": [{"suffix": ".jpg"}]}, False),
    ({"eventName": [{"equals-ignore-case": "stopinstances"}]}, True),
    ({"FilePath": [{"wildcard": "home/*/users/*"}]}, True),
    ({"FilePath": [{"wildcard": "*/etc/*"}]}, False),
    ({"FilePath": [{"wildcard": "home\\*"}]}, False),
    ({"state": [{"anything-but": "initializing"}]}, False),
    ({"state": [{"anything-but": ["stopped", "overloaded"]}]}, True),
    ({"count": [{"anything-but": [100, 200]}]}, True),
    ({"count": [{"anything-but": 300}]}, False),
    ({"state": [{"anything-but": {"prefix": "init"}}]}, False),
    ({"state": [{"anything-but": {"prefix": ["stop", "term"]}}]}, True),
    ({"FileName": [{"anything-but": {"suffix": ".png"}}]}, False),
    ({"state": [{"anything-but": {"equals-ignore-case": "INITIALIZING"}}]}, False),
    ({"FilePath": [{"anything-but": {"wildcard": "*/lib/*"}}]}, False),
    ({"missing": [{"anything-but": "x"}]}, False),
    ({"count": [{"numeric": [">", 0, "<=", 300]}]}, True),
    ({"count": [{"numeric": ["<", 10]}]}, False),
    ({"price": [{"numeric": ["=", 301.8]}]}, True),
    ({"eventName": [{"numeric": [">", 0]}]}, False),
    ({"sourceIPAddress": [{"cidr": "10.0.0.0/24"}]}, True),
    ({"sourceIPAddress": [{"cidr": "10.0.1.0/24"}]}, False),
    ({"eventName": [{"cidr": "10.0.0.0/24"}]}, False),
    ({"eventName": [{"exists": True}]}, True),
    ({"errorCode": [{"exists": False}]}, True),
    ({"errorCode": [{"exists": True}]}, False),
    ({"requestParameters": [{"exists": True}]}, False),  # only leaves exist
    ({"missing": {"inside": [{"exists": False}]}}, True),
    ({"nothing": [{"exists": True}]}, True),
    ({"none": [{"exists": True}]}, True),
    ({"tags": ["sap"]}, True),
    ({"tags": ["test"]}, False),
    ({"requestParameters": {"instancesSet": {"items": {"instanceId": ["i-2"]}}}}, True),
    ({"requestParameters": {"instancesSet": {"items": {"instanceId": ["i-3"]}}}}, False),
    (  # both in one entry of the list
        {"requestParameters": {"instancesSet": {"items": {"instanceId": ["i-1"], "kind": ["b"]}}}},
        False,
    ),
    ({"$or": [{"eventName": ["X"]}, {"count": [{"numeric": [">", 5]}]}]}, True),
    ({"$or": [{"eventName": ["X"]}, {"count": [{"numeric": [">", 500]}]}]}, False),
    ({"$or": [{"eventName": ["StopInstances"]}, {"x": ["y"]}], "readOnly": [True]}, False),
    ({"state": ["stopped", {"prefix": "init"}]}, True),
]


@pytest.mark.parametrize(("asked", "taken"), CASES, ids=[json.dumps(c[0]) for c in CASES])
def test_a_pattern_takes_what_the_documentation_says(asked: dict[str, Any], taken: bool) -> None:
    pattern = {"source": [{"prefix": "aws."}], "detail": asked}
    matched = compiled(json.dumps(pattern)).match(EVENT)
    assert matched.taken is taken
    assert matched.why


def test_a_pattern_says_why_it_does_not_match() -> None:
    matched = compiled('{"detail": {"eventName": ["StartInstances", {"prefix": "Run"}]}}').match(
        EVENT
    )
    said, _, wanted = matched.why.partition(", and the pattern wants ")
    assert said == 'detail.eventName is "StopInstances"'
    assert wanted == '"StartInstances" or prefix "Run"'
    matched = compiled('{"detail": {"errorCode": ["AccessDenied"]}}').match(EVENT)
    assert matched.why == 'detail.errorCode is not there, and the pattern wants "AccessDenied"'


REFUSED = {
    "": "Filter is not valid JSON",
    "[]": "Filter is not an object",
    "{}": "Empty objects are not allowed",
    '{"detail": {}}': "Empty objects are not allowed",
    '{"source": "aws.ec2"}': '"source" must be an object or an array',
    '{"source": []}': "Empty arrays are not allowed",
    '{"source": [["x"]]}': "Match value must be String, number, true, false, or null",
    '{"source": [{}]}': "Match expression name not found",
    '{"source": [{"like": "x"}]}': "Unrecognized match type like",
    '{"source": [{"prefix": "x", "suffix": "y"}]}': "Only one key allowed in match expression",
    '{"source": [{"prefix": 3}]}': "prefix match pattern must be a string",
    '{"source": [{"prefix": {"suffix": "x"}}]}': "Unsupported prefix pattern: suffix",
    '{"source": [{"exists": "true"}]}': "exists match pattern must be either true or false.",
    '{"source": [{"numeric": 3}]}': "Value of numeric must be an array.",
    '{"source": [{"numeric": ["~", 3]}]}': "Unrecognized numeric range operator: ~",
    '{"source": [{"numeric": [">", "3"]}]}': "Value of > must be numeric",
    '{"source": [{"anything-but": ["a", 3]}]}': "Inside anything but list, either all values are "
    "number or string, mixed type is not supported",
    '{"source": [{"anything-but": {"cidr": "x"}}]}': "Unsupported anything-but pattern: cidr",
    '{"source": [{"wildcard": "a**b"}]}': "Consecutive wildcard characters at pos 1",
    '{"source": [{"cidr": "10.0.0.0/64"}]}': "Malformed CIDR, bad prefix: 10.0.0.0/64",
    '{"$or": [{"a": ["b"]}]}': "There must have at least 2 Objects in $or relationship.",
    '{"$or": {"a": ["b"]}}': "It must be an Array followed with $or.",
    '{"a":' * 101 + '["b"]' + "}" * 101: "Event pattern is deeper than 100 fields",
    '{"$or": ["a", "b"]}': "Only JSON object is allowed in array of $or relationship.",
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_pattern_that_cannot_be_read_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(InvalidEventPattern) as refused:
        compiled(text)
    assert refused.value.code == "InvalidEventPatternException"
    assert refused.value.message == f"Event pattern is not valid. Reason: {REFUSED[text]}"


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [
        ("*", "", True),
        ("a*", "a", True),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("*.log", "x.log.gz", False),
        ("*b*c", "abcabc", True),
        ("*b*b", "ab", False),
        ("a\\*b", "a*b", True),
        ("a\\*b", "axb", False),
        ("*a" * 20 + "*b", "a" * 5_000, False),  # at once, not after minutes
    ],
)
def test_a_wildcard_stands_for_any_characters(pattern: str, value: str, fits: bool) -> None:
    asked = compiled(json.dumps({"source": [{"wildcard": pattern}]}))
    assert asked.match({"source": value}).taken is fits
