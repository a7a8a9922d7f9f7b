"""What EventBridge refuses, in its own words."""

from __future__ import annotations


class EventBridgeError(Exception):
    """An error of EventBridge's: AWS's code and message, HTTP status 400."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


class InvalidEventPattern(EventBridgeError):
    """A pattern that cannot be read. AWS adds where in the text the trouble is; this does not."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "InvalidEventPatternException", f"Event pattern is not valid. Reason: {reason}"
        )
        self.reason = reason


def invalid(message: str) -> EventBridgeError:
    return EventBridgeError("ValidationException", message)
