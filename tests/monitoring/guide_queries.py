"""The sample queries of the documentation, to the letter, as a table of cases.

CloudWatch Logs User Guide, "Sample queries". Those for CloudTrail logs and for `parse` say what
they find among the messages below; those for other services' logs only have to run.
"""

from __future__ import annotations

import json
from typing import Any

Rows = list[dict[str, str]]


def _record(name: str, source: str, region: str, tls: str, **more: Any) -> str:
    return json.dumps(
        {
            "eventSource": f"{source}.amazonaws.com",
            "eventName": name,
            "awsRegion": region,
            "userAgent": "aws-cli/1.2",
            "recipientAccountId": "123456789012",
            "userIdentity": {"accountId": "123456789012", "userName": "anna"},
            "tlsDetails": {"tlsVersion": tls, "cipherSuite": "ECDHE"},
            **more,
        }
    )


REFUSED = {"errorCode": "AccessDenied", "errorMessage": "not allowed"}
MESSAGES = (
    _record("StartInstances", "ec2", "us-east-2", "TLSv1.3"),
    _record("StopInstances", "ec2", "us-east-1", "TLSv1.2"),
    _record(
        "CreateUser",
        "iam",
        "us-east-1",
        "TLSv1.1",
        requestParameters={"userName": "eve"},
        responseElements={"user": {"arn": "arn:aws:iam::123456789012:user/eve"}},
    ),
    _record("UpdateTrail", "cloudtrail", "us-east-2", "TLSv1", **REFUSED),
    _record("UpdateTrail", "cloudtrail", "us-east-2", "TLSv1.3", **REFUSED),
    _record("UpdateTrail", "cloudtrail", "us-east-2", "TLSv1.3"),
    "user=ana, method:GET, latency := 12",
    "user=ana, method:GET, latency := 14",
    "2032-03-01 [ERROR] it is broken",
    "2032-03-01 [INFO] it is mended",
    "2032-03-01 [DEBUG] it is there",
)


def _kind(source: str, name: str, region: str, count: str) -> dict[str, str]:
    kind = {"eventSource": f"{source}.amazonaws.com", "eventName": name, "awsRegion": region}
    return kind | {"count(*)": count}


def _outdated(source: str, name: str, region: str, tls: str) -> dict[str, str]:
    return {
        "userIdentity.accountId": "123456789012",
        "recipientAccountId": "123456789012",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": region,
        "tlsDetails.tlsVersion": tls,
        "tlsDetails.cipherSuite": "ECDHE",
        "userAgent": "aws-cli/1.2",
        "numOutdatedTlsCalls": "1",
    }


# Query, what it finds without @timestamp and @ptr, and whether the order is part of it.
FOUND: tuple[tuple[str, Rows, bool], ...] = (
    (
        'filter (eventName="StartInstances" or eventName="StopInstances") '
        'and awsRegion="us-east-2"',
        [{"@message": MESSAGES[0]}],
        True,
    ),
    (
        'filter eventSource like "amazonaws" | stats count(*) by eventSource, eventName, awsRegion',
        [
            _kind("ec2", "StartInstances", "us-east-2", "1"),
            _kind("ec2", "StopInstances", "us-east-1", "1"),
            _kind("iam", "CreateUser", "us-east-1", "1"),
            _kind("cloudtrail", "UpdateTrail", "us-east-2", "3"),
        ],
        False,
    ),
    (
        'filter eventName="CreateUser"\n'
        "    | fields awsRegion, requestParameters.userName, responseElements.user.arn",
        [
            {
                "awsRegion": "us-east-1",
                "requestParameters.userName": "eve",
                "responseElements.user.arn": "arn:aws:iam::123456789012:user/eve",
            }
        ],
        True,
    ),
    (
        'filter eventName="UpdateTrail" and ispresent(errorCode)\n'
        "    | stats count(*) by errorCode, errorMessage",
        [{**REFUSED, "count(*)": "2"}],
        True,
    ),
    (
        'filter tlsDetails.tlsVersion in [ "TLSv1", "TLSv1.1" ]\n'
        "| stats count(*) as numOutdatedTlsCalls by userIdentity.accountId, recipientAccountId, "
        "eventSource, eventName, awsRegion, tlsDetails.tlsVersion, tlsDetails.cipherSuite, "
        "userAgent\n"
        "| sort eventSource, eventName, awsRegion, tlsDetails.tlsVersion",
        [
            _outdated("cloudtrail", "UpdateTrail", "us-east-2", "TLSv1"),
            _outdated("iam", "CreateUser", "us-east-1", "TLSv1.1"),
        ],
        True,
    ),
    (
        'filter tlsDetails.tlsVersion in [ "TLSv1", "TLSv1.1" ]\n'
        "| stats count(*) as numOutdatedTlsCalls by eventSource\n"
        "| sort numOutdatedTlsCalls desc",
        [
            {"eventSource": "cloudtrail.amazonaws.com", "numOutdatedTlsCalls": "1"},
            {"eventSource": "iam.amazonaws.com", "numOutdatedTlsCalls": "1"},
        ],
        False,
    ),
    (
        'parse @message "user=*, method:*, latency := *" as @user,\n'
        "    @method, @latency | stats avg(@latency) by @method,\n    @user",
        [{"@method": "GET", "@user": "ana", "avg(@latency)": "13"}, {}],
        False,
    ),
    (
        "FIELDS @message\n"
        '    | PARSE @message "* [*] *" as loggingTime, loggingType, loggingMessage\n'
        '    | FILTER loggingType IN ["ERROR", "INFO"]\n'
        '    | DISPLAY loggingMessage, loggingType = "ERROR" as isError',
        [
            {"loggingMessage": "it is broken", "isError": "1"},
            {"loggingMessage": "it is mended", "isError": "0"},
        ],
        False,
    ),
)

RUN = (
    "stats count(*) by eventSource, eventName, awsRegion",
    "fields @timestamp, @message | sort @timestamp desc | limit 25",
    "filter @message like /Exception/\n"
    "    | stats count(*) as exceptionCount by bin(1h)\n    | sort exceptionCount desc",
    "fields @message | filter @message not like /Exception/",
    "fields @timestamp, server, severity, message\n| sort @timestamp asc\n| dedup server",
    "fields @timestamp, server, severity, message\n"
    "| sort @timestamp desc\n| dedup server, severity",
    'filter @type = "REPORT"\n'
    "    | stats max(@memorySize / 1000 / 1000) as provisonedMemoryMB,\n"
    "        min(@maxMemoryUsed / 1000 / 1000) as smallestMemoryRequestMB,\n"
    "        avg(@maxMemoryUsed / 1000 / 1000) as avgMemoryUsedMB,\n"
    "        max(@maxMemoryUsed / 1000 / 1000) as maxMemoryUsedMB,\n"
    "        provisonedMemoryMB - maxMemoryUsedMB as overProvisionedMB",
    'filter @type = "REPORT" |\n'
    "    stats avg(@duration), max(@duration), min(@duration) by bin(5m)",
    "fields @timestamp, @requestId, @message, @logStream\n"
    '| filter @type = "REPORT" and @duration > 1000\n'
    "| sort @timestamp desc\n| dedup @requestId\n| limit 20",
    "stats sum(packets) as packetsTransferred by srcAddr, dstAddr\n"
    "    | sort packetsTransferred  desc\n    | limit 15",
    'filter isIpv4InSubnet(srcAddr, "192.0.2.0/24")\n'
    "    | stats sum(bytes) as bytesTransferred by dstAddr\n"
    "    | sort bytesTransferred desc\n    | limit 15",
    "filter protocol=17 | stats count(*) by srcAddr",
    'filter logStatus="SKIPDATA"\n    | stats count(*) by bin(1h) as t\n    | sort t',
    "fields @timestamp, srcAddr, dstAddr, srcPort, dstPort, protocol, bytes\n"
    "| filter logStream = 'vpc-flow-logs' and interfaceId = 'eni-0123456789abcdef0'\n"
    "| sort @timestamp desc\n| dedup srcAddr, dstAddr, srcPort, dstPort, protocol\n| limit 20",
    "stats count(*) by queryType, bin(1h)",
    "stats count(*) as numRequests by resolverIp\n    | sort numRequests desc\n    | limit 10",
    'filter responseCode="SERVFAIL" | stats count(*) by queryName',
    "fields @timestamp, status, ip, path, httpMethod\n"
    "| filter status>=400 and status<=499\n| sort @timestamp desc\n| limit 10",
    "filter status=200\n| stats avg(integrationLatency), max(integrationLatency),\n"
    "min(integrationLatency) by bin(1m)",
    "filter (srcAddr like 'x.x.x.x' and dstAddr not like 'y.y.')\n"
    "| stats sum(bytes) as bytesTransferred by srcAddr, dstAddr\n"
    "| sort bytesTransferred desc\n| limit 10",
    "fields @timestamp, remoteIP, request, status, filename| sort @timestamp desc\n"
    '| filter filename="/var/www/html/admin"\n| limit 20',
    "fields @timestamp, function, process, message\n"
    '| filter message like "resuming normal operations"\n| sort @timestamp desc\n| limit 20',
    "fields @timestamp, @message\n| stats count(*) as numberOfEvents by `detail-type`\n"
    "| sort numberOfEvents desc",
    "parse @message /user=(?<user2>.*?), method:(?<method2>.*?),\n"
    "    latency := (?<latency2>.*?)/ | stats avg(latency2) by @method2,\n    @user2",
)
