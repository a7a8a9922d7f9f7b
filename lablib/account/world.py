"""The account as CloudTrail meets it: `World` over moto and the policy evaluator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from ..cloudtrail.world import Bucket, Key, ObjectPut, Organization, Refused, Verdict
from . import policy
from .moto_adapter import facts, policies

SERVICE = "cloudtrail.amazonaws.com"
NO_POLICY = Verdict(False, "the resource has no policy, so it allows no service")


class LabWorld:
    """See `World` for what each method promises."""

    def __init__(self, account: str) -> None:
        self.account = account

    # -- facts ----------------------------------------------------------------------------

    def bucket(self, name: str) -> Bucket | None:
        region, owner = facts.bucket_region(name), facts.bucket_owner(name)
        if region is None or owner is None:
            return None
        pays = facts.requester_pays(name)
        return Bucket(name, region, owner, facts.has_bucket_key(name), pays)

    def key(self, key_id: str, region: str) -> Key | None:
        key = facts.kms_key(key_id, self.account, region)
        return None if key is None else Key(key.arn, key.region, key.state, key.symmetric)

    def topic_exists(self, arn: str) -> bool:
        return facts.topic_policy(arn) is not None

    def log_group_exists(self, arn: str) -> bool:
        return facts.log_group_exists(arn)

    def role_id(self, arn: str) -> str | None:
        role = facts.iam_role(arn)
        return None if role is None else role.id

    def organization(self) -> Organization | None:
        found = facts.organization(self.account)
        return None if found is None else Organization(*found)

    # -- verdicts -------------------------------------------------------------------------

    def service_may(self, action: str, resource: str, context: Mapping[str, str]) -> Verdict:
        document = self._policy_of(action, resource)
        if document is None:
            return NO_POLICY
        decision = policy.service_verdict(
            document, action=action, resource=resource, context=context, service=SERVICE
        )
        return Verdict(decision.allowed, decision.why)

    def _policy_of(self, action: str, resource: str) -> str | None:
        service = action.split(":", 1)[0].lower()
        if service == "s3":
            return facts.bucket_policy(resource.split(":::", 1)[1].split("/", 1)[0])
        if service == "sns":
            return facts.topic_policy(resource)
        key = facts.kms_key(resource, self.account, resource.split(":")[3])
        return None if key is None else key.policy

    def service_may_assume(self, role_arn: str) -> Verdict:
        role = facts.iam_role(role_arn)
        if role is None:
            return Verdict(False, f"there is no role {role_arn}")
        decision = policy.trust_verdict(role.trust, service=SERVICE)
        return Verdict(decision.allowed, decision.why)

    def role_may(self, role_arn: str, action: str, resource: str) -> Verdict:
        decision = policy.role_verdict(
            dict(policies.of_role(role_arn).policies), action=action, resource=resource, context={}
        )
        return Verdict(decision.allowed, decision.why)

    # -- effects --------------------------------------------------------------------------

    def put_object(self, put: ObjectPut) -> None:
        if self.bucket(put.bucket) is None:
            raise Refused("NoSuchBucket", "The specified bucket does not exist")
        arn = f"arn:aws:s3:::{put.bucket}/{put.key}"
        self._allow("s3:PutObject", arn, put.source_arn, {"s3:x-amz-acl": ACL}, "AccessDenied")
        if put.kms_key:
            self._encrypt(put, put.kms_key, arn)
        headers = {f"x-amz-meta-{name}": value for name, value in put.metadata.items()}
        headers["Content-Type"] = put.content_type
        if put.content_encoding:
            headers["Content-Encoding"] = put.content_encoding
        facts.put_object(put.bucket, put.key, put.body, headers, ACL, put.kms_key)

    def _encrypt(self, put: ObjectPut, key_arn: str, object_arn: str) -> None:
        key = self.key(key_arn, key_arn.split(":")[3])
        if key is None:
            raise Refused("KMS.NotFoundException", f"Key '{key_arn}' does not exist")
        if key.state != "Enabled":
            code = (
                "KMS.DisabledException"
                if key.state == "Disabled"
                else "KMS.KMSInvalidStateException"
            )
            raise Refused(code, f"{key_arn} is {key.state.lower()}.")
        context = {
            "kms:EncryptionContext:aws:cloudtrail:arn": put.source_arn,
            "kms:EncryptionContext:aws:s3:arn": object_arn,
        }
        self._allow("kms:GenerateDataKey", key_arn, put.source_arn, context, "AccessDenied")

    def publish(
        self, topic_arn: str, message: str, source_arn: str, subject: str | None = None
    ) -> None:
        if not self.topic_exists(topic_arn):
            raise Refused("NotFound", "Topic does not exist")
        self._allow("sns:Publish", topic_arn, source_arn, {}, "AuthorizationError")
        facts.publish(topic_arn, message, subject)

    def put_log_events(
        self, group_arn: str, role_arn: str, stream: str, messages: Sequence[str], time: datetime
    ) -> None:
        stream_arn = group_arn.removesuffix(":*") + f":log-stream:{stream}"
        if not self.log_group_exists(group_arn):
            raise Refused("ResourceNotFoundException", "The specified log group does not exist.")
        if not self.service_may_assume(role_arn).allowed:
            raise Refused(
                "AccessDenied", "Access denied. Check the trust relationships for your role."
            )
        for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
            verdict = self.role_may(role_arn, action, stream_arn)
            if not verdict.allowed:
                raise Refused("AccessDenied", verdict.why)
        facts.put_log_events(group_arn, stream, messages, time)

    def _allow(
        self, action: str, resource: str, source: str, context: Mapping[str, str], code: str
    ) -> None:
        verdict = self.service_may(action, resource, source_context(source) | dict(context))
        if not verdict.allowed:
            raise Refused(code, verdict.why)


ACL = "bucket-owner-full-control"
UNTRUSTED = "Access denied. Check the trust relationships for your role."


def source_context(source_arn: str) -> dict[str, str]:
    """The condition keys that say on whose behalf CloudTrail acts (User Guide, "Amazon S3 bucket
    policy for CloudTrail": aws:SourceArn, aws:SourceAccount)."""
    return {"aws:SourceArn": source_arn, "aws:SourceAccount": source_arn.split(":")[4]}
