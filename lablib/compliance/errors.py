"""How AWS Config refuses: codes of its service model, and its words."""

from __future__ import annotations


class ConfigError(Exception):
    """A refusal as the wire shows it: `code` and `message`; the status is always 400."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


def no_recorder() -> ConfigError:
    """Observed (boto/boto3 issue 2178)."""
    return ConfigError(
        "NoAvailableConfigurationRecorderException",
        "You must create a configuration recorder before you can create or update a Config rule.",
    )


def no_such_rule(name: str) -> ConfigError:
    """Observed (moto's tests are written after AWS)."""
    return ConfigError(
        "NoSuchConfigRuleException",
        f"The ConfigRule '{name}' provided in the request is invalid. Please check the configRule "
        "name",
    )


def invalid(message: str) -> ConfigError:
    return ConfigError("InvalidParameterValueException", message)


def never_periodic() -> ConfigError:
    """Observed (trussworks/terraform-aws-config pull request 171)."""
    return invalid(
        "A maximum execution frequency for this rule is not allowed because only a change in "
        "resources triggers this managed rule."
    )


def in_progress(name: str) -> ConfigError:
    """API Reference, StartConfigRulesEvaluation: thrown "if an evaluation is in progress"; the
    sentence is ours."""
    return ConfigError(
        "LimitExceededException",
        f"An evaluation of the rule {name} is in progress. Try again when it has ended.",
    )


def invalid_token() -> ConfigError:
    return ConfigError("InvalidNextTokenException", "The nextToken provided is invalid")


def constraint(value: object, member: str, needs: str) -> ConfigError:
    """What AWS's front door says of a value that the model does not allow."""
    return ConfigError(
        "ValidationException",
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy "
        f"constraint: {needs}",
    )


def missing(member: str) -> ConfigError:
    """What AWS's front door says of a required member that is not there."""
    return ConfigError(
        "ValidationException",
        f"1 validation error detected: Value null at '{member}' failed to satisfy constraint: "
        "Member must not be null",
    )


# -- recorder and delivery channel --------------------------------------------------------


def no_role() -> ConfigError:
    """API Reference, PutConfigurationRecorder: a "null or empty" role."""
    return ConfigError(
        "InvalidRoleException",
        "You have provided a null or empty Amazon Resource Name (ARN) for the IAM role assumed by "
        "Config and used by the customer managed configuration recorder.",
    )


def no_such_bucket(name: str) -> ConfigError:
    """The code is AWS's (PutDeliveryChannel), the sentence ours after the one on empty names."""
    return ConfigError(
        "NoSuchBucketException", f"Cannot find a S3 bucket with the bucket name '{name}'."
    )


def insufficient(bucket: str, why: str) -> ConfigError:
    """Observed (aws/aws-cli issue 3516, hashicorp/terraform-provider-aws issue 8655)."""
    return ConfigError(
        "InsufficientDeliveryPolicyException",
        f"Insufficient delivery policy to s3 bucket: {bucket}, {why}.",
    )


def cannot_assume(bucket: str, role: str) -> ConfigError:
    return insufficient(bucket, f"unable to assume role: {role}")


def cannot_read_acl(bucket: str) -> ConfigError:
    return insufficient(bucket, "unable to get s3 bucket acl")


def cannot_write(bucket: str, prefix: str | None, key: str | None) -> ConfigError:
    return insufficient(
        bucket,
        f"unable to write to bucket, provided s3 key prefix is '{prefix or 'null'}', provided kms "
        f"key is '{key or 'null'}'",
    )
