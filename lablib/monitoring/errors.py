"""How CloudWatch and CloudWatch Logs refuse: codes of their service models, and their words."""

from __future__ import annotations


class MonitoringError(Exception):
    """A refusal as the wire shows it: `code`, `message` and the HTTP `status`."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


# -- CloudWatch Logs ----------------------------------------------------------------------


def invalid_parameter(message: str) -> MonitoringError:
    return MonitoringError("InvalidParameterException", message)


def no_such_group() -> MonitoringError:
    """Observed."""
    return MonitoringError("ResourceNotFoundException", "The specified log group does not exist.")


def no_such_filter() -> MonitoringError:
    """Observed."""
    return MonitoringError(
        "ResourceNotFoundException", "The specified metric filter does not exist."
    )


def limit_exceeded() -> MonitoringError:
    """Observed."""
    return MonitoringError("LimitExceededException", "Resource limit exceeded.")


# -- CloudWatch ---------------------------------------------------------------------------


def invalid_value(message: str) -> MonitoringError:
    return MonitoringError("InvalidParameterValue", message)


def invalid_combination(message: str) -> MonitoringError:
    return MonitoringError("InvalidParameterCombination", message)


def missing_parameter(name: str) -> MonitoringError:
    return MonitoringError("MissingParameter", f"The parameter {name} is required.")


def validation(message: str) -> MonitoringError:
    """PutMetricAlarm's and PutCompositeAlarm's general refusal."""
    return MonitoringError("ValidationError", message)


def constraint(value: object, member: str, needs: str) -> MonitoringError:
    """What AWS's front door says of a value that the model does not allow."""
    return validation(
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy "
        f"constraint: {needs}"
    )


def no_such_alarm() -> MonitoringError:
    return MonitoringError("ResourceNotFound", "Unknown", 404)


def invalid_format(message: str) -> MonitoringError:
    return MonitoringError("InvalidFormat", message)


def invalid_token() -> MonitoringError:
    return MonitoringError("InvalidNextToken", "The next token specified is invalid.")
