"""What the lab leaves out, and its honest answers.

CloudTrail Lake is closed to new customers since 2026-05-31 (User Guide, "CloudTrail Lake
availability change"), so that an account like the lab's has no event data store, channel,
dashboard, query or import: what lists them lists none, what names one finds none, what makes one
is refused.
"""

from __future__ import annotations

from lablib.cloudtrail import errors
from lablib.cloudtrail.errors import CloudTrailError
from lablib.cloudtrail.service.request import Answer, Handler, Parts, Request

LAKE = "CloudTrail Lake is closed to new customers since 2026-05-31."

EMPTY = {
    "ListChannels": "Channels",
    "ListDashboards": "Dashboards",
    "ListEventDataStores": "EventDataStores",
    "ListImports": "Imports",
}
NO_CHANNEL = CloudTrailError("ChannelNotFoundException", "The specified channel was not found.")
NO_DASHBOARD = CloudTrailError(
    "ResourceNotFoundException", "The specified dashboard was not found."
)
NO_IMPORT = CloudTrailError("ImportNotFoundException", "The specified import was not found.")
NO_QUERY = CloudTrailError(
    "QueryIdNotFoundException",
    "The query ID does not exist or does not map to a query.",
)
NO_STORE = errors.no_event_data_store()
NOT_THERE = {
    "GetChannel": NO_CHANNEL,
    "UpdateChannel": NO_CHANNEL,
    "DeleteChannel": NO_CHANNEL,
    "GetDashboard": NO_DASHBOARD,
    "UpdateDashboard": NO_DASHBOARD,
    "DeleteDashboard": NO_DASHBOARD,
    "StartDashboardRefresh": NO_DASHBOARD,
    "GetImport": NO_IMPORT,
    "StopImport": NO_IMPORT,
    "DescribeQuery": NO_QUERY,
    "GetQueryResults": NO_QUERY,
    "CancelQuery": NO_QUERY,
    "ListQueries": NO_STORE,
    "GetEventDataStore": NO_STORE,
    "UpdateEventDataStore": NO_STORE,
    "DeleteEventDataStore": NO_STORE,
    "RestoreEventDataStore": NO_STORE,
    "StartEventDataStoreIngestion": NO_STORE,
    "StopEventDataStoreIngestion": NO_STORE,
    "EnableFederation": NO_STORE,
    "DisableFederation": NO_STORE,
}
NOT_SIMULATED = {
    "CreateEventDataStore": LAKE,
    "CreateChannel": LAKE,
    "CreateDashboard": LAKE,
    "StartQuery": LAKE,
    "GenerateQuery": LAKE,
    "SearchSampleQueries": LAKE,
    "StartImport": LAKE,
    "ListImportFailures": LAKE,
    "ListInsightsData": "",
    "ListInsightsMetricData": "",
    "RegisterOrganizationDelegatedAdmin": "",
    "DeregisterOrganizationDelegatedAdmin": "",
}


def empty(parts: Parts, request: Request) -> Answer:
    return {EMPTY[request.operation]: []}


def not_there(parts: Parts, request: Request) -> Answer:
    known = NOT_THERE[request.operation]
    raise CloudTrailError(known.code, known.message, known.status)


def not_simulated(parts: Parts, request: Request) -> Answer:
    raise errors.not_simulated(request.operation, NOT_SIMULATED[request.operation])


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(EMPTY, empty),
    **dict.fromkeys(NOT_THERE, not_there),
    **dict.fromkeys(NOT_SIMULATED, not_simulated),
}
