"""Tags of trails."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cloudtrail.samples import ACCOUNT, OTHER, Account


@pytest.fixture
def account() -> Account:
    account = Account()
    account.create(TagsList=[{"Key": "project", "Value": "hana"}])
    return account


ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/watch"


def tags(account: Account) -> list[dict[str, str]]:
    (shown,) = account.call("ListTags", ResourceIdList=[ARN])["ResourceTagList"]
    assert shown["ResourceId"] == ARN
    return list(shown["TagsList"])


def test_a_trail_may_be_born_with_tags(account: Account) -> None:
    assert tags(account) == [{"Key": "project", "Value": "hana"}]


def test_a_tag_is_added_changed_and_removed(account: Account) -> None:
    new = [{"Key": "project", "Value": "s4"}, {"Key": "department"}]
    assert account.call("AddTags", ResourceId=ARN, TagsList=new) == {}
    assert tags(account) == new
    assert account.call("RemoveTags", ResourceId=ARN, TagsList=[{"Key": "project"}]) == {}
    assert tags(account) == [{"Key": "department"}]


def many(number: int) -> list[dict[str, str]]:
    return [{"Key": f"key-{n}", "Value": "x"} for n in range(number)]


BAD = [
    (many(2) + many(1), "InvalidTagParameterException"),
    ([{"Key": "aws:owner", "Value": "x"}], "InvalidTagParameterException"),
    ([{"Key": "", "Value": "x"}], "InvalidTagParameterException"),
    ([{"Key": "k" * 129, "Value": "x"}], "InvalidTagParameterException"),
    ([{"Key": "k", "Value": "v" * 257}], "InvalidTagParameterException"),
    ([{"Value": "v"}], "InvalidTagParameterException"),
    (many(201), "InvalidTagParameterException"),
    (many(50), "TagsLimitExceededException"),  # one is there already
    (None, "InvalidTagParameterException"),
]


@pytest.mark.parametrize(("given", "code"), BAD)
def test_wrong_tags_are_refused(
    account: Account, given: list[dict[str, str]] | None, code: str
) -> None:
    assert account.refused("AddTags", ResourceId=ARN, TagsList=given).code == code


def test_fifty_tags_fit(account: Account) -> None:
    account.call("AddTags", ResourceId=ARN, TagsList=many(49))
    assert len(tags(account)) == 50


WHERE = [
    ({"ResourceId": "watch"}, "CloudTrailARNInvalidException"),
    ({"ResourceId": ARN + "-two"}, "ResourceNotFoundException"),
    ({"ResourceId": ARN.replace(ACCOUNT, OTHER)}, "CloudTrailARNInvalidException"),
    ({"ResourceId": ARN.replace("trail/watch", "eventdatastore/abc")},
     "EventDataStoreNotFoundException"),
    ({"ResourceId": ARN.replace("trail/watch", "channel/abc")}, "ResourceNotFoundException"),
    ({"ResourceId": ARN, "region": "eu-central-1"}, "OperationNotPermittedException"),
]  # fmt: skip


@pytest.mark.parametrize(("where", "code"), WHERE)
@pytest.mark.parametrize("operation", ["AddTags", "RemoveTags"])
def test_tags_need_a_trail_of_ones_own_at_home(
    account: Account, operation: str, where: dict[str, Any], code: str
) -> None:
    assert account.refused(operation, TagsList=many(1), **where).code == code


def test_the_account_in_the_arn_must_be_ones_own(account: Account) -> None:
    error = account.refused("ListTags", account=OTHER, ResourceIdList=[ARN])
    assert error.message == (
        f"AccountID in ARN is wrong, you can only access resources with AccountID {OTHER}."
    )


def test_tags_of_at_most_twenty_resources_are_listed(account: Account) -> None:
    assert account.refused("ListTags", ResourceIdList=[ARN] * 21).code == (
        "InvalidParameterException"
    )
