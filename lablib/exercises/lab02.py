"""Lab 02, encrypt: a KMS key for the trail; then a new key in its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from lablib.exercises import looks
from lablib.exercises.exercise import Answers, Exercise, Wrong
from lablib.exercises.outcomes import Step, equal, holds, there, unset

TRAIL = "sap-trail"
ALIAS = "alias/sap-trail-key"
CLOUDTRAIL = "cloudtrail.amazonaws.com"
NEXT_ALIAS = "alias/sap-trail-key-2"


def encrypt_the_trail(lab: Any) -> None:
    import json

    kms, cloudtrail = lab.client("kms"), lab.client("cloudtrail")
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Enable IAM user permissions",
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                "Action": "kms:*",
                "Resource": "*",
            },
            {
                "Sid": "Allow CloudTrail to encrypt logs",
                "Effect": "Allow",
                "Principal": {"Service": "cloudtrail.amazonaws.com"},
                "Action": ["kms:GenerateDataKey*", "kms:DescribeKey"],
                "Resource": "*",
            },
        ],
    }
    aliases = [alias["AliasName"] for alias in kms.list_aliases()["Aliases"]]
    if "alias/sap-trail-key" not in aliases:
        key = kms.create_key(Description="CloudTrail log files", Policy=json.dumps(policy))
        kms.create_alias(AliasName="alias/sap-trail-key", TargetKeyId=key["KeyMetadata"]["KeyId"])
    key_id = kms.describe_key(KeyId="alias/sap-trail-key")["KeyMetadata"]["KeyId"]
    kms.enable_key(KeyId=key_id)
    cloudtrail.update_trail(Name="sap-trail", KmsKeyId="alias/sap-trail-key")


def wrong_key_off(lab: Any) -> None:
    encrypt_the_trail(lab)
    lab.client("kms").disable_key(KeyId=looks.key(lab, ALIAS)["KeyId"])


def wrong_key_unused(lab: Any) -> None:
    encrypt_the_trail(lab)
    lab.client("cloudtrail").update_trail(Name=TRAIL, KmsKeyId="")


def undo_encryption(lab: Any) -> None:
    if looks.trail(lab, TRAIL).get("KmsKeyId"):
        lab.client("cloudtrail").update_trail(Name=TRAIL, KmsKeyId="")
    _retire(lab, ALIAS)


def look_at_encryption(lab: Any, answers: Answers) -> Iterator[Step]:
    key = looks.key(lab, ALIAS) or looks.key(lab, NEXT_ALIAS)
    yield there(f"KMS key {ALIAS}", key.get("Arn"), hint="create_key first, then create_alias.")
    if not key:
        return
    hint = "With the key off CloudTrail cannot write; enable_key, and the files come after all."
    yield holds("KeyState", key["KeyState"] == "Enabled", "Enabled", key["KeyState"], hint)
    used = looks.trail(lab, TRAIL).get("KmsKeyId")
    ours = {k["Arn"] for k in (looks.key(lab, a) for a in (ALIAS, NEXT_ALIAS)) if k}
    hint = f"update_trail(Name='{TRAIL}', KmsKeyId='{ALIAS}'); CloudTrail keeps the key's ARN."
    if used and used in ours:
        yield equal("KmsKeyId", used, used)
    else:
        yield equal("KmsKeyId", key["Arn"], used, hint)


def narrow_the_key(lab: Any) -> None:
    import json

    kms, cloudtrail = lab.client("kms"), lab.client("cloudtrail")
    trail = cloudtrail.get_trail(Name="sap-trail")["Trail"]
    policy = json.loads(kms.get_key_policy(KeyId=trail["KmsKeyId"], PolicyName="default")["Policy"])
    for statement in policy["Statement"]:
        if "cloudtrail.amazonaws.com" in str(statement["Principal"]):
            statement["Condition"] = {"StringEquals": {"aws:SourceArn": trail["TrailARN"]}}
    kms.put_key_policy(KeyId=trail["KmsKeyId"], PolicyName="default", Policy=json.dumps(policy))


def wrong_other_trail(lab: Any) -> None:
    """A trail of that name is not there: nobody may use the key."""
    other = "arn:aws:cloudtrail:us-east-1:123456789012:trail/sap-trial"
    _rewrite(lab, lambda one: one | {"Condition": {"StringEquals": {"aws:SourceArn": other}}})


def wrong_locked_out(lab: Any) -> None:
    """CloudTrail's statement taken out: a key that only people may use."""
    _rewrite(lab, lambda one: None)


def wrong_account_only(lab: Any) -> None:
    """Any trail of the account, instead of this one."""
    account = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    _rewrite(lab, lambda one: one | {"Condition": account})


def undo_narrowing(lab: Any) -> None:
    """CloudTrail may use the key, on behalf of any trail."""
    _rewrite(lab, lambda one: None)
    may = {
        "Sid": "Allow CloudTrail to encrypt logs",
        "Effect": "Allow",
        "Principal": {"Service": CLOUDTRAIL},
        "Action": ["kms:GenerateDataKey*", "kms:DescribeKey"],
        "Resource": "*",
    }
    key_id = looks.trail(lab, TRAIL).get("KmsKeyId")
    if key_id:
        policy = _policy(lab, key_id)
        _put_policy(lab, key_id, {**policy, "Statement": [*policy["Statement"], may]})


def the_key(lab: Any) -> Step | None:
    """What is missing before a key's policy can be narrowed."""
    hint = "The cells above give the trail its key; run them first."
    used = looks.trail(lab, TRAIL).get("KmsKeyId")
    return None if used else there(f"KmsKeyId of {TRAIL}", None, hint=hint)


def look_at_narrowing(lab: Any, answers: Answers) -> Iterator[Step]:
    if missing := the_key(lab):
        yield missing
        return
    trail = looks.trail(lab, TRAIL)
    key_id = trail["KmsKeyId"]
    ours = [one for one in _policy(lab, key_id)["Statement"] if _is_cloudtrails(one)]
    hint = "The statement with kms:GenerateDataKey* for cloudtrail.amazonaws.com has to stay."
    may = any(looks.allows({"Statement": ours}, CLOUDTRAIL, "kms:GenerateDataKey") for _ in ours)
    if not may:
        yield holds("CloudTrail's statement", False, "kms:GenerateDataKey*", "nothing", hint)
        return
    named = sorted({arn for one in ours for arn in _source_arns(one)})
    hint = "Condition: StringEquals, aws:SourceArn, and the trail's ARN."
    if not named and not any(one.get("Condition") for one in ours):
        yield unset("aws:SourceArn", trail["TrailARN"], "nothing", hint)
        return
    yield holds("aws:SourceArn", named == [trail["TrailARN"]], trail["TrailARN"], named, hint)


def _source_arns(statement: dict[str, Any]) -> list[str]:
    """The ARNs that a statement's condition names as aws:SourceArn, under whichever operator."""
    found: list[str] = []
    for asked in (statement.get("Condition") or {}).values():
        for name, value in asked.items():
            if name.lower() == "aws:sourcearn":
                found += value if isinstance(value, list) else [value]
    return found


def _is_cloudtrails(statement: dict[str, Any]) -> bool:
    return CLOUDTRAIL in str(statement.get("Principal"))


def _policy(lab: Any, key_id: str) -> dict[str, Any]:
    answer = lab.observer("kms").get_key_policy(KeyId=key_id, PolicyName="default")
    policy: dict[str, Any] = json.loads(answer["Policy"])
    return policy


def _put_policy(lab: Any, key_id: str, policy: dict[str, Any]) -> None:
    text = json.dumps(policy)
    lab.client("kms").put_key_policy(KeyId=key_id, PolicyName="default", Policy=text)


def _rewrite(lab: Any, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> None:
    """Changes CloudTrail's statements in the policy of the trail's key; None takes them out."""
    key_id = looks.trail(lab, TRAIL).get("KmsKeyId")
    if key_id:
        policy = _policy(lab, key_id)
        statements = [change(one) if _is_cloudtrails(one) else one for one in policy["Statement"]]
        _put_policy(lab, key_id, {**policy, "Statement": [one for one in statements if one]})


def change_the_key(lab: Any) -> None:
    kms, cloudtrail = lab.client("kms"), lab.client("cloudtrail")
    old_key = kms.describe_key(KeyId="alias/sap-trail-key")["KeyMetadata"]["KeyId"]
    policy = kms.get_key_policy(KeyId=old_key, PolicyName="default")["Policy"]
    new_key = kms.create_key(Description="CloudTrail log files, second key", Policy=policy)
    new_key_id = new_key["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/sap-trail-key-2", TargetKeyId=new_key_id)
    cloudtrail.update_trail(Name="sap-trail", KmsKeyId="alias/sap-trail-key-2")


def wrong_not_moved(lab: Any) -> None:
    """The new key is made, and the trail left on the old one."""
    change_the_key(lab)
    lab.client("cloudtrail").update_trail(Name=TRAIL, KmsKeyId=ALIAS)


def wrong_old_key_deleted(lab: Any) -> None:
    change_the_key(lab)
    kms = lab.client("kms")
    kms.schedule_key_deletion(KeyId=looks.key(lab, ALIAS)["KeyId"], PendingWindowInDays=7)


def wrong_nameless_key(lab: Any) -> None:
    """The trail has a second key, without an alias, and the old key is on its way out."""
    kms = lab.client("kms")
    old = looks.key(lab, ALIAS)["KeyId"]
    policy = kms.get_key_policy(KeyId=old, PolicyName="default")["Policy"]
    second = kms.create_key(Policy=policy)["KeyMetadata"]["Arn"]
    lab.client("cloudtrail").update_trail(Name=TRAIL, KmsKeyId=second)
    kms.schedule_key_deletion(KeyId=old, PendingWindowInDays=7)


def wrong_alias_moved(lab: Any) -> None:
    """A second alias on the first key is no second key."""
    key_id = looks.key(lab, ALIAS)["KeyId"]
    lab.client("kms").create_alias(AliasName=NEXT_ALIAS, TargetKeyId=key_id)


def undo_change(lab: Any) -> None:
    kms, cloudtrail = lab.client("kms"), lab.client("cloudtrail")
    old = looks.key(lab, ALIAS)
    if old and old["KeyState"] == "PendingDeletion":
        kms.cancel_key_deletion(KeyId=old["KeyId"])
    if old:
        kms.enable_key(KeyId=old["KeyId"])
        cloudtrail.update_trail(Name=TRAIL, KmsKeyId=ALIAS)
    _retire(lab, NEXT_ALIAS)


def look_at_change(lab: Any, answers: Answers) -> Iterator[Step]:
    old, new = looks.key(lab, ALIAS), looks.key(lab, NEXT_ALIAS)
    used = looks.trail(lab, TRAIL).get("KmsKeyId")
    if _leaving(old):
        yield _old_key(old)  # what can't be mended later comes first
    if not new:
        if old and used and used != old["Arn"]:
            yield there(f"A second key for {TRAIL}", used)
        yield there(f"KMS key {NEXT_ALIAS}", None, hint="create_key, then create_alias for it.")
        return
    hint = f"{NEXT_ALIAS} points to the first key: an alias is only a name. Create a second key."
    second = new["Arn"] != old.get("Arn")
    yield holds(f"Key behind {NEXT_ALIAS}", second, "a second key", new["KeyId"], hint)
    if not second:
        return
    hint = f"The key is there, the trail doesn't know it: update_trail(…, KmsKeyId='{NEXT_ALIAS}')."
    yield equal("KmsKeyId", new["Arn"], used, hint)
    if not _leaving(old):
        yield _old_key(old)


def _leaving(old: dict[str, Any]) -> bool:
    return bool(old) and old["KeyState"] == "PendingDeletion"


def _old_key(old: dict[str, Any]) -> Step:
    state = old.get("KeyState", "nothing")
    hint = "The older log files are readable with the old key only: keep it, cancel_key_deletion."
    if state == "Disabled":
        hint = "The older log files are readable with the old key only: keep it, enable_key."
    return holds(f"KeyState of {ALIAS}", state == "Enabled", "Enabled", state, hint)


def _retire(lab: Any, alias: str) -> None:
    """Deletes the alias; a key without any alias left is switched off, as keys cannot be deleted
    at once."""
    key = looks.key(lab, alias)
    if not key:
        return
    kms = lab.client("kms")
    kms.delete_alias(AliasName=alias)
    if not kms.list_aliases(KeyId=key["KeyId"])["Aliases"] and key["KeyState"] == "Enabled":
        kms.disable_key(KeyId=key["KeyId"])


EXERCISES = (
    Exercise(
        id="02.key",
        title="The trail writes with a key of ours",
        minutes=7,
        given=f"`{TRAIL}`, whose files have SSE-S3",
        goal=f"`{TRAIL}` encrypts with the KMS key `{ALIAS}`, and the key is enabled",
        look=look_at_encryption,
        solve=encrypt_the_trail,
        hints=(
            "The key's own policy must let CloudTrail do kms:GenerateDataKey*.",
            "`update_trail` takes KmsKeyId as alias, key id or ARN.",
        ),
        wrong=(
            Wrong(wrong_key_off, "KeyState: expected Enabled, found Disabled"),
            Wrong(wrong_key_unused, "found nothing"),
        ),
        undo=undo_encryption,
        console=f"CloudTrail › Trails › {TRAIL} › General details › Edit › Log file SSE-KMS "
        f"encryption: Enabled › AWS KMS alias {ALIAS}",
        cli=f"aws cloudtrail update-trail --name {TRAIL} --kms-key-id {ALIAS}",
        checkpoint=True,
    ),
    Exercise(
        id="02.policy",
        title="A key for this trail alone",
        minutes=6,
        given=f"the key of `{TRAIL}`, which CloudTrail may use for anybody's trail",
        goal=f"the key's policy lets CloudTrail use it for `{TRAIL}` only",
        look=look_at_narrowing,
        needs=the_key,
        solve=narrow_the_key,
        hints=(
            "`get_key_policy` shows it, `put_key_policy` replaces all of it.",
            "CloudTrail's statement needs a `Condition` on `aws:SourceArn`.",
            "`get_trail` has the TrailARN.",
        ),
        wrong=(
            Wrong(wrong_other_trail, "trail/sap-trail, found arn:aws:cloudtrail"),
            Wrong(wrong_locked_out, "expected kms:GenerateDataKey*, found nothing"),
            Wrong(wrong_account_only, "aws:SourceArn: expected arn:aws:cloudtrail"),
        ),
        undo=undo_narrowing,
        console="KMS › Customer managed keys › sap-trail-key › Key policy › Edit",
        cli="aws kms put-key-policy --key-id KEY_ID --policy-name default "
        "--policy file://key-policy.json",
    ),
    Exercise(
        id="02.change",
        title="Change the key, lose nothing",
        minutes=6,
        given=f"`{TRAIL}`, encrypting with `{ALIAS}`, and log files written with it",
        goal=f"new files are encrypted with a second key, `{NEXT_ALIAS}`; "
        "the old files stay readable",
        look=look_at_change,
        solve=change_the_key,
        hints=(
            "Three calls: `create_key` with a policy, `create_alias`, `update_trail`.",
            "The old key's policy serves the new key too: `get_key_policy(PolicyName='default')`.",
            "Leave the old key as it is: every file remembers the key it was written with.",
        ),
        wrong=(
            Wrong(wrong_not_moved, "KmsKeyId: expected arn:aws:kms"),
            Wrong(wrong_old_key_deleted, f"{ALIAS}: expected Enabled, found PendingDeletion"),
            Wrong(
                wrong_nameless_key,
                f"incorrect\n  ✘ differs · KeyState of {ALIAS}: expected Enabled, found Pending",
            ),
            Wrong(wrong_alias_moved, "expected a second key"),
        ),
        undo=undo_change,
        console="KMS › Customer managed keys › Create key › Alias sap-trail-key-2; then "
        f"CloudTrail › Trails › {TRAIL} › Edit › AWS KMS alias",
        cli="aws kms create-key --policy file://key-policy.json; aws kms create-alias "
        f"--alias-name {NEXT_ALIAS} --target-key-id KEY_ID; aws cloudtrail update-trail "
        f"--name {TRAIL} --kms-key-id {NEXT_ALIAS}",
    ),
)
