"""Which trail takes which event, and the sentence that says why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lablib.cloudtrail.event import Event, Resource
from lablib.cloudtrail.selectors import match
from lablib.cloudtrail.trail import (
    AdvancedSelector,
    DataResource,
    EventSelector,
    FieldSelector,
    InsightSelector,
    Trail,
)
from tests.cloudtrail.samples import ACCOUNT, NOON, a_trail, an_event

S3 = "AWS::S3::Object"
LAMBDA = "AWS::Lambda::Function"
TABLE = "AWS::DynamoDB::Table"
BACKUP = "arn:aws:lambda:us-east-1:123456789012:function:backup"


def read() -> Event:
    return an_event("DescribeInstances", read_only=True)


def decrypt() -> Event:
    return an_event("Decrypt", source="kms.amazonaws.com", read_only=True)


def on(name: str, kind: str, arn: str, **facts: Any) -> Event:
    """A data event on one resource."""
    resources = (Resource(type=kind, arn=arn),)
    return an_event(name, category="Data", resources=resources, **facts)


def put(arn: str = "arn:aws:s3:::hana/backup/1", **facts: Any) -> Event:
    return on("PutObject", S3, arn, source="s3.amazonaws.com", **facts)


def basic(*selectors: EventSelector) -> Trail:
    return a_trail(event_selectors=selectors)


def data_on(kind: str, *values: str) -> Trail:
    return basic(EventSelector(data_resources=(DataResource(kind, values),)))


def field(name: str, **values: str | tuple[str, ...]) -> FieldSelector:
    given = {word: (v,) if isinstance(v, str) else v for word, v in values.items()}
    return FieldSelector(name, **given)


def advanced(*conditions: FieldSelector, name: str | None = None) -> AdvancedSelector:
    return AdvancedSelector(conditions, name)


def data_where(*conditions: FieldSelector, kind: str = S3) -> Trail:
    first = (field("eventCategory", equals="Data"), field("resources.type", equals=kind))
    return a_trail(advanced_selectors=(advanced(*first, *conditions, name="objects"),))


# --- the default -----------------------------------------------------------------------------


@pytest.mark.parametrize("event", [an_event(), read(), decrypt()], ids=lambda e: e.name)
def test_a_trail_without_selectors_takes_every_management_event(event: Event) -> None:
    assert match(a_trail(), event).taken


def test_a_trail_without_selectors_takes_no_data_event() -> None:
    found = match(a_trail(), put())
    assert not found.taken
    assert found.why == "no data events are selected; PutObject is one"


def test_a_match_names_its_trail() -> None:
    assert match(a_trail("audit"), an_event()).trail_arn.endswith(":trail/audit")


# --- on and off ------------------------------------------------------------------------------


def test_a_trail_that_was_never_started_takes_nothing() -> None:
    found = match(a_trail(logging=False, started=None), an_event())
    assert (found.taken, found.why) == (False, "logging has not been started for this trail")


def test_a_stopped_trail_says_since_when() -> None:
    trail = a_trail(logging=False, stopped=NOON)
    found = match(trail, an_event(time=NOON + timedelta(minutes=1)))
    assert not found.taken
    assert "stopped since 2026-11-23 12:00:00 UTC" in found.why


def stop_logging(**facts: Any) -> Event:
    record = {"requestParameters": {"name": "watch"}} | facts.pop("record", {})
    return an_event(
        "StopLogging", source="cloudtrail.amazonaws.com", record=record, **({"time": NOON} | facts)
    )


def test_the_call_that_stops_a_trail_is_the_last_it_takes() -> None:
    trail = a_trail(logging=False, stopped=NOON)
    assert match(trail, stop_logging()).taken
    assert not match(trail, stop_logging(time=NOON + timedelta(minutes=5))).taken
    assert not match(trail, stop_logging(record={"errorCode": "AccessDenied"})).taken
    assert not match(a_trail("other", logging=False, stopped=NOON), stop_logging()).taken


# --- Regions, global services, accounts ----------------------------------------------------------


def test_a_single_region_trail_takes_only_its_own_region() -> None:
    found = match(a_trail(), an_event(region="eu-central-1"))
    assert not found.taken
    assert found.why == "single-Region trail in us-east-1; this call was in eu-central-1"


def test_a_multi_region_trail_takes_every_region() -> None:
    assert match(a_trail(multi_region=True), an_event(region="eu-central-1")).taken


GLOBAL = [
    ("us-east-1", False, True, True),
    ("us-east-1", False, False, False),
    ("eu-central-1", False, True, False),
    ("eu-central-1", True, True, True),
]


@pytest.mark.parametrize(("home", "multi", "include", "taken"), GLOBAL)
def test_a_global_service_is_recorded_in_us_east_1(
    home: str, multi: bool, include: bool, taken: bool
) -> None:
    trail = a_trail(home_region=home, multi_region=multi, include_global=include)
    event = an_event("CreateUser", source="iam.amazonaws.com", global_service=True)
    found = match(trail, event)
    assert found.taken is taken
    assert taken or "global service" in found.why


def test_only_an_organization_trail_takes_another_account() -> None:
    event = an_event(account="210987654321")
    assert not match(a_trail(), event).taken
    assert match(a_trail(organization=True), event).taken
    assert match(a_trail(organization=True), event, members=("210987654321",)).taken
    stranger = match(a_trail(organization=True), event, members=(ACCOUNT,))
    assert stranger.why.endswith("is not a member of the trail's organization")


# --- basic selectors -----------------------------------------------------------------------------


def test_a_read_event_does_not_reach_a_write_only_trail() -> None:
    found = match(basic(EventSelector("WriteOnly")), read())
    assert not found.taken
    assert found.why == "write-only trail; DescribeInstances is read-only"


def test_a_write_event_does_not_reach_a_read_only_trail() -> None:
    found = match(basic(EventSelector("ReadOnly")), an_event())
    assert found.why == "read-only trail; StopInstances is a write call"


def test_one_selector_that_matches_is_enough() -> None:
    trail = basic(EventSelector("ReadOnly"), EventSelector("WriteOnly"))
    assert match(trail, read()).taken and match(trail, an_event()).taken


def test_excluded_sources_are_left_out() -> None:
    trail = basic(EventSelector(exclude_sources=("kms.amazonaws.com",)))
    found = match(trail, decrypt())
    assert found.why == "management events of kms.amazonaws.com are excluded"
    assert match(trail, read()).taken


def test_management_events_can_be_switched_off() -> None:
    assert not match(basic(EventSelector(management=False)), an_event()).taken


VALUES = [
    (S3, "arn:aws:s3", "arn:aws:s3:::hana/x", True),
    (S3, "arn:aws:s3:::", "arn:aws:s3:::hana/x", True),
    (S3, "arn:aws:s3:::hana/", "arn:aws:s3:::hana/x", True),
    (S3, "arn:aws:s3:::hana/", "arn:aws:s3:::hana-old/x", False),
    (S3, "arn:aws:s3:::hana/backup", "arn:aws:s3:::hana/backup/1", True),
    (S3, "arn:aws:s3:::hana/backup", "arn:aws:s3:::hana/logs/1", False),
    (LAMBDA, BACKUP, BACKUP, True),
    (LAMBDA, BACKUP, BACKUP + "-old", False),
    (LAMBDA, "arn:aws:lambda", BACKUP, True),
    (TABLE, "arn:aws:dynamodb", "arn:aws:dynamodb:us-east-1:123456789012:table/t", True),
    (TABLE, "arn:aws:dynamodb:us-east-1:123456789012:table/t", "arn:aws:dynamodb:x", False),
]


@pytest.mark.parametrize(("kind", "value", "arn", "taken"), VALUES)
def test_a_data_resource_is_a_beginning_for_s3_and_whole_elsewhere(
    kind: str, value: str, arn: str, taken: bool
) -> None:
    assert match(data_on(kind, value), on("Touch", kind, arn)).taken is taken


def test_a_data_resource_without_values_takes_nothing() -> None:
    assert not match(data_on(S3), put()).taken


def test_the_same_type_may_come_twice_in_a_selector() -> None:
    both = (DataResource(S3, ("arn:aws:s3:::a/",)), DataResource(S3, ("arn:aws:s3:::b/",)))
    trail = basic(EventSelector(data_resources=both))
    assert (
        match(trail, put("arn:aws:s3:::a/1")).taken and match(trail, put("arn:aws:s3:::b/1")).taken
    )


def test_the_read_write_type_goes_for_data_events_too() -> None:
    every_bucket = (DataResource(S3, ("arn:aws:s3",)),)
    trail = basic(EventSelector("WriteOnly", data_resources=every_bucket))
    assert match(trail, put()).taken
    assert not match(trail, on("GetObject", S3, "arn:aws:s3:::hana/x", read_only=True)).taken


# --- advanced selectors --------------------------------------------------------------------------

NAME = "userIdentity.arn"
LEARNER = "arn:aws:iam::123456789012:user/learner"
CONDITIONS = [
    (field("eventName", equals=("PutObject", "DeleteObject")), True),
    (field("eventName", equals="DeleteObject"), False),
    (field("eventName", starts_with="Put", equals="DeleteObject"), True),
    (field("eventName", ends_with=("Object", "Tags")), True),
    (field("eventName", not_equals="PutObject"), False),
    (field("eventName", not_starts_with="Get"), True),
    (field("eventName", not_ends_with="Object"), False),
    (field("eventName", starts_with="Put", not_ends_with="Tagging"), True),
    (field("readOnly", equals="false"), True),
    (field("readOnly", equals="true"), False),
    (field("resources.ARN", starts_with="arn:aws:s3:::hana/"), True),
    (field("resources.ARN", starts_with=("arn:aws:s3:::h", "arn:aws:s3:::hana/logs")), True),
    (field("resources.ARN", not_starts_with="arn:aws:s3:::hana/backup/"), False),
    (field("resources.ARN", ends_with="/1"), True),
    (field("eventSource", equals="s3.amazonaws.com"), True),
    (field("eventType", equals="AwsApiCall"), True),
    (field("eventType", not_equals="AwsServiceEvent"), True),
    (field("sessionCredentialFromConsole", equals="true"), False),
    (field("sessionCredentialFromConsole", not_equals="true"), True),
    (field(NAME, equals=LEARNER), True),
    (field(NAME, not_ends_with="user/learner"), False),
]


@pytest.mark.parametrize(("condition", "taken"), CONDITIONS, ids=lambda c: str(c)[:60])
def test_an_advanced_condition_selects_or_rejects(condition: FieldSelector, taken: bool) -> None:
    record = {"eventType": "AwsApiCall", "userIdentity": {"type": "IAMUser", "arn": LEARNER}}
    assert match(data_where(condition), put(record=record)).taken is taken


def test_all_fields_of_a_selector_must_hold() -> None:
    trail = data_where(field("eventName", equals="PutObject"), field("readOnly", equals="true"))
    assert not match(trail, put()).taken


def test_advanced_selectors_take_no_management_event_unless_one_says_so() -> None:
    found = match(data_where(), an_event())
    assert found.why == "no selector is for Management events; StopInstances is one"
    management = advanced(field("eventCategory", equals="Management"))
    assert match(a_trail(advanced_selectors=(management,)), an_event()).taken


def test_an_advanced_selector_can_leave_out_kms() -> None:
    no_kms = field("eventSource", not_equals="kms.amazonaws.com")
    selector = advanced(field("eventCategory", equals="Management"), no_kms, name="calls")
    trail = a_trail(advanced_selectors=(selector,))
    assert match(trail, an_event()).taken
    found = match(trail, decrypt())
    assert not found.taken
    assert "selector 'calls' does not take Decrypt" in found.why


def test_the_type_of_the_resource_decides_first() -> None:
    found = match(data_where(), on("Invoke", LAMBDA, BACKUP))
    assert not found.taken
    assert found.why == f"data events are selected for {S3}, not for {BACKUP}"


def test_a_refusal_names_the_condition_that_does_not_hold() -> None:
    found = match(data_where(field("readOnly", equals="true")), put())
    assert found.why == (
        "selector 'objects' does not take PutObject: it takes read-only events; "
        "PutObject is a write call"
    )


def test_a_condition_is_told_in_words() -> None:
    wanted = field("eventName", starts_with="Get", equals="ListObjects", not_ends_with="Acl")
    assert match(data_where(wanted), put()).why == (
        "selector 'objects' does not take PutObject: eventName must equal ListObjects or "
        "start with Get and not end with Acl; here it is PutObject"
    )


def test_many_values_are_not_all_told() -> None:
    many = tuple(f"arn:aws:s3:::bucket-{number}/" for number in range(400))
    found = match(data_where(field("resources.ARN", starts_with=many)), put())
    assert not found.taken
    assert "or 397 more" in found.why and len(found.why) < 400


def test_selectors_that_differ_in_one_field_only_still_mean_each_of_them() -> None:
    kinds = (field("eventCategory", equals="Data"), field("resources.type", equals=S3))
    selectors = [advanced(*kinds, field("eventName", equals=("Get", f"Do{n}"))) for n in range(9)]
    trail = a_trail(
        advanced_selectors=(*selectors, advanced(*kinds, field("eventName", not_starts_with="Do")))
    )
    assert match(trail, on("Do3", S3, "arn:aws:s3:::a/1")).taken
    assert match(trail, on("Read", S3, "arn:aws:s3:::a/1")).taken
    assert not match(trail, on("Do9", S3, "arn:aws:s3:::a/1")).taken


def test_network_activity_is_taken_by_its_own_selectors_only() -> None:
    event = an_event(
        "ListKeys",
        source="kms.amazonaws.com",
        category="NetworkActivity",
        record={"errorCode": "VpceAccessDenied", "vpcEndpointId": "vpce-1"},
    )
    denied = field("errorCode", equals="VpceAccessDenied")
    selector = advanced(
        field("eventCategory", equals="NetworkActivity"),
        field("eventSource", equals="kms.amazonaws.com"),
        denied,
    )
    assert match(a_trail(advanced_selectors=(selector,)), event).taken
    assert not match(a_trail(), event).taken


# --- Insights and CloudTrail's own deliveries ---------------------------------------------------


def test_an_insight_goes_to_the_trails_that_ask_for_its_type() -> None:
    event = an_event(
        "RunInstances",
        category="Insight",
        record={"insightDetails": {"insightType": "ApiCallRateInsight"}},
    )
    assert match(a_trail(insight_selectors=(InsightSelector("ApiCallRateInsight"),)), event).taken
    assert not match(
        a_trail(insight_selectors=(InsightSelector("ApiErrorRateInsight"),)), event
    ).taken
    assert not match(a_trail(), event).taken


def test_recursive_logging_off_leaves_out_cloudtrails_own_deliveries() -> None:
    record = {"userIdentity": {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"}}
    every_bucket = (DataResource(S3, ("arn:aws:s3",)),)
    selectors = (EventSelector(data_resources=every_bucket),)
    on_ = a_trail(event_selectors=selectors)
    off = a_trail(event_selectors=selectors, recursive_logging=False)
    assert match(on_, put(record=record)).taken
    assert not match(off, put(record=record)).taken
    assert match(off, put()).taken
    assert "recursive logging is switched off" in match(off, put(record=record)).why
