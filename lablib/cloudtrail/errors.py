"""How CloudTrail refuses: its error codes, with AWS's own words where they are known.

Codes: CloudTrail's service model. "Observed": seen in answers that real accounts gave in September
2026 (the captures of radkawar/stackd, testdata/aws/cloudtrail), unless another place is named.
"Ours": says in plain English what the API Reference says, because no real text was found.
"""

from __future__ import annotations


class CloudTrailError(Exception):
    """A refusal as the wire shows it: `code`, `message` and the HTTP `status`."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


# --- trails: which one -------------------------------------------------------------------------


def trail_already_exists(name: str, account: str) -> CloudTrailError:
    """Observed."""
    return CloudTrailError(
        "TrailAlreadyExistsException", f"Trail {name} already exists for customer: {account}"
    )


def trail_not_found(what: str, account: str) -> CloudTrailError:
    """User Guide, "CloudTrail log file examples" (the refused UpdateTrail)."""
    return CloudTrailError(
        "TrailNotFoundException", f"Unknown trail: {what} for the user: {account}"
    )


def too_many_trails(account: str, limit: int, region: str) -> CloudTrailError:
    """Observed: CloudFormation's report of it, as linz/geostore quotes it."""
    return CloudTrailError(
        "MaximumNumberOfTrailsExceededException",
        f"User: {account} already has {limit} trails in {region}.",
    )


def invalid_trail_name(message: str) -> CloudTrailError:
    return CloudTrailError("InvalidTrailNameException", message)


def invalid_trail_arn(arn: str) -> CloudTrailError:
    """Ours; the format from API Reference, GetTrail."""
    return CloudTrailError(
        "CloudTrailARNInvalidException",
        f"Invalid trail ARN: {arn}. The format of a trail ARN is "
        "arn:aws:cloudtrail:us-east-2:123456789012:trail/MyTrail",
    )


def invalid_home_region(home: str) -> CloudTrailError:
    """Ours; the code from API Reference, UpdateTrail."""
    return CloudTrailError(
        "InvalidHomeRegionException",
        f"The trail can be changed only from the Region in which it was created: {home}.",
    )


# --- trails: where they deliver ----------------------------------------------------------------


def invalid_bucket_name(message: str) -> CloudTrailError:
    return CloudTrailError("InvalidS3BucketNameException", message)


def invalid_prefix(message: str) -> CloudTrailError:
    return CloudTrailError("InvalidS3PrefixException", message)


def bucket_does_not_exist(bucket: str) -> CloudTrailError:
    """As moto words it, which matches the pattern of the observed texts."""
    return CloudTrailError("S3BucketDoesNotExistException", f"S3 bucket {bucket} does not exist!")


def insufficient_bucket_policy(bucket: str) -> CloudTrailError:
    """Observed."""
    return CloudTrailError(
        "InsufficientS3BucketPolicyException",
        f"Incorrect S3 bucket policy is detected for bucket: {bucket}",
    )


def invalid_topic_name(message: str) -> CloudTrailError:
    return CloudTrailError("InvalidSnsTopicNameException", message)


def insufficient_topic_policy() -> CloudTrailError:
    """Observed; AWS says the same for a missing topic and for a policy that denies."""
    return CloudTrailError(
        "InsufficientSnsTopicPolicyException",
        "SNS Topic does not exist or the topic policy is incorrect!",
    )


def insufficient_encryption_policy(bucket: str, key_arn: str) -> CloudTrailError:
    """Observed."""
    return CloudTrailError(
        "InsufficientEncryptionPolicyException",
        f"Insufficient permissions to access S3 bucket {bucket} or KMS key {key_arn}.",
    )


def kms_key_not_found(key_id: str) -> CloudTrailError:
    """Ours; observed only the code (malformed id, or a key of another Region)."""
    return CloudTrailError(
        "KmsKeyNotFoundException",
        f"KMS key {key_id} does not exist, or is not in the same Region as the S3 bucket.",
    )


def kms_problem(key_arn: str, state: str) -> CloudTrailError:
    """Ours; observed only the code, for a disabled key."""
    return CloudTrailError("KmsException", f"KMS key {key_arn} cannot be used: it is {state}.")


def logs_group(message: str) -> CloudTrailError:
    return CloudTrailError("InvalidCloudWatchLogsLogGroupArnException", message)


def logs_role(message: str) -> CloudTrailError:
    return CloudTrailError("InvalidCloudWatchLogsRoleArnException", message)


# --- parameters --------------------------------------------------------------------------------


def invalid_parameter(message: str) -> CloudTrailError:
    return CloudTrailError("InvalidParameterException", message)


def invalid_combination(message: str) -> CloudTrailError:
    return CloudTrailError("InvalidParameterCombinationException", message)


def validation(message: str) -> CloudTrailError:
    """What AWS's front door says of a request that its model does not allow."""
    return CloudTrailError("ValidationException", message)


def invalid_selectors(message: str) -> CloudTrailError:
    return CloudTrailError("InvalidEventSelectorsException", message)


def invalid_insights(message: str) -> CloudTrailError:
    return CloudTrailError("InvalidInsightSelectorsException", message)


def insight_not_enabled() -> CloudTrailError:
    """Observed."""
    return CloudTrailError(
        "InsightNotEnabledException",
        "Trail ARN does not have Insights enabled. Edit the trail settings to enable Insights, "
        "and then try the operation again.",
    )


def invalid_tag(message: str) -> CloudTrailError:
    return CloudTrailError("InvalidTagParameterException", message)


def too_many_tags(limit: int) -> CloudTrailError:
    """Ours; the limit from User Guide, "Quotas in CloudTrail"."""
    return CloudTrailError("TagsLimitExceededException", f"A trail can have at most {limit} tags.")


def foreign_arn(account: str) -> CloudTrailError:
    """Observed: an answer to ListTags, as prowler-cloud/prowler quotes it."""
    return CloudTrailError(
        "CloudTrailARNInvalidException",
        f"AccountID in ARN is wrong, you can only access resources with AccountID {account}.",
    )


def tagged_elsewhere(home: str) -> CloudTrailError:
    """Ours; the rule from API Reference, AddTags, which lists no code of its own for it."""
    return CloudTrailError(
        "OperationNotPermittedException",
        f"A trail can be tagged only from the Region in which it was created: {home}.",
    )


def resource_not_found(arn: str) -> CloudTrailError:
    """Ours; the code from API Reference, AddTags."""
    return CloudTrailError("ResourceNotFoundException", f"Resource {arn} is not found.")


def resource_type_not_supported(arn: str) -> CloudTrailError:
    """Ours; the code from API Reference, AddTags."""
    return CloudTrailError(
        "ResourceTypeNotSupportedException", f"The resource type of {arn} is not supported."
    )


def invalid_resource_arn(arn: str) -> CloudTrailError:
    """Ours; the code from API Reference, PutResourcePolicy."""
    return CloudTrailError("ResourceARNNotValidException", f"The ARN {arn} is not valid.")


# --- event history -----------------------------------------------------------------------------


def invalid_max_results(low: int, high: int) -> CloudTrailError:
    """Ours; the code from API Reference, LookupEvents."""
    return CloudTrailError(
        "InvalidMaxResultsException", f"The maximum results must be between {low} and {high}."
    )


def invalid_lookup(message: str) -> CloudTrailError:
    return CloudTrailError("InvalidLookupAttributesException", message)


def invalid_time_range(message: str) -> CloudTrailError:
    return CloudTrailError("InvalidTimeRangeException", message)


def invalid_next_token() -> CloudTrailError:
    """Ours; the code from API Reference, LookupEvents."""
    return CloudTrailError(
        "InvalidNextTokenException",
        "The next token is not valid, or was given for a request with other parameters.",
    )


def invalid_event_category(value: str) -> CloudTrailError:
    """Ours; the code from API Reference, LookupEvents."""
    return CloudTrailError(
        "InvalidEventCategoryException", f"The event category {value} is not valid."
    )


def throttled() -> CloudTrailError:
    """AWS's general words for too many requests."""
    return CloudTrailError("ThrottlingException", "Rate exceeded")


# --- organizations and what the lab leaves out -------------------------------------------------


def not_management_account() -> CloudTrailError:
    """Ours; the code from API Reference, CreateTrail."""
    return CloudTrailError(
        "NotOrganizationMasterAccountException",
        "An organization trail can be made or changed only by the organization's "
        "management account.",
    )


def organization_not_in_use() -> CloudTrailError:
    """Ours; the code from API Reference, CreateTrail."""
    return CloudTrailError(
        "OrganizationsNotInUseException", "This account is not a member of an organization."
    )


def no_event_data_store() -> CloudTrailError:
    """The words of the service model. The lab's account has none, as every new one since
    2026-05-31 (User Guide, "CloudTrail Lake availability change")."""
    return CloudTrailError(
        "EventDataStoreNotFoundException", "The specified event data store was not found."
    )


def not_simulated(operation: str, why: str = "") -> CloudTrailError:
    """The honest answer for what the lab leaves out. Code from CloudTrail's service model."""
    said = f"{operation} is not simulated by the lab."
    return CloudTrailError("UnsupportedOperationException", f"{said} {why}".strip())
