"""The examples of the documentation's page on filter patterns, as a table of cases.

CloudWatch Logs User Guide, "Filter pattern syntax for metric filters, subscription filters, filter
log events, and Live Tail". (pattern, log event, whether it is taken.)
"""

from __future__ import annotations

import json

TRAIL = json.dumps(
    {
        "eventType": "UpdateTrail",
        "sourceIPAddress": "111.111.111.111",
        "arrayKey": ["value", "another value"],
        "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
        "SomeObject": None,
        "cluster.name": "c",
        "ThisFlag": True,
    }
)
USERS = json.dumps(
    {
        "user": {"id": 1, "email": "John.Stiles@example.com"},
        "users": [
            {"id": 2, "email": "John.Doe@example.com"},
            {"id": 3, "email": "Jane.Doe@example.com"},
        ],
        "actions": ["GET", "PUT", "DELETE"],
        "coordinates": [[0, 1, 2], [4, 5, 6], [7, 8, 9]],
    }
)
NUMBERS = json.dumps(
    {
        "latency": 1500,
        "numbers": [7],
        "number": [1000],
        "errorCode": 400,
        "processes": [{"averageRuntime": 55.5}],
        "bandwidth": 76,
        "refreshRate": 60,
        "responseTime": 6,
    }
)
STATUS = json.dumps(
    {"someInt": 123, "someFloat": 12.34, "someFloat2": 12.0, "a": {}, "b": [], "s": "Ev*ent"}
)
LINES = (
    "INFO 09/25/2014 12:00:00 GET /service/resource/67 1200",
    "INFO 09/25/2014 12:00:01 POST /service/resource/67/part/111 1310",
    "WARNING 09/25/2014 12:00:02 Invalid user request",
    "ERROR 09/25/2014 12:00:02 Failed to process request",
)
PAGE = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'

JSON = [
    ('{ $.eventType = "UpdateTrail" }', TRAIL, True),
    ("{ $.eventType = UpdateTrail }", TRAIL, True),
    ("{ $.eventType = updatetrail }", TRAIL, False),
    ("{ $.sourceIPAddress != 123.123.* }", TRAIL, True),
    ("{ $.sourceIPAddress != 111.111.* }", TRAIL, False),
    ('{ $.arrayKey[0] = "value" }', TRAIL, True),
    ('{ $.arrayKey[*] = "another value" }', TRAIL, True),
    ('{ $.arrayKey = "value" }', TRAIL, False),
    ('{ $.arrayKey != "value" }', TRAIL, False),
    ("{ $.objectList[1].id = 2 }", TRAIL, True),
    ("{ $.objectList[*].id = 2 }", TRAIL, True),
    ("{ $.objectList[1].number = 2 }", TRAIL, False),
    ("{ $.SomeObject IS NULL }", TRAIL, True),
    ("{ $.SomeOtherObject IS NULL }", TRAIL, False),
    ("{ $.SomeOtherObject NOT EXISTS }", TRAIL, True),
    ("{ $.SomeObject NOT EXISTS }", TRAIL, False),
    ("{ $.ThisFlag IS TRUE }", TRAIL, True),
    ("{ $.ThisFlag IS FALSE }", TRAIL, False),
    ('{ $.ThisFlag[0] = "value" }', TRAIL, False),
    ("{ $.['cluster.name'] = \"c\" }", TRAIL, True),
    ('{ $.* = "UpdateTrail" }', TRAIL, True),
    ('{ $.eventType = "*Trail" }', TRAIL, True),
    ('{ $.eventType = "Update*" }', TRAIL, True),
    ('{ $.eventType = "*date*" }', TRAIL, True),
    ('{ $.eventType = "Up*ail" }', TRAIL, False),
    ('{ $.s = "Ev*ent" }', STATUS, True),
    ("{ $.eventType = * }", TRAIL, True),
    ("{ $.notThere = * }", TRAIL, False),
    ('{ $.notThere != "UpdateTrail" }', TRAIL, False),
    ("{ $.sourceIPAddress = %111\\.111\\.[0-9]{3}\\.111% }", TRAIL, True),
    ("{ $.eventType = %^Update% }", TRAIL, True),
    ("{ $.eventType = %^Delete|^Create% }", TRAIL, False),
    ("{ $.eventType = %Trail% }", TRAIL, True),
    ("{ $.arrayKey[*] = %val.{2}% }", TRAIL, True),
    ("{ $.* = %111\\.111\\.111\\.1[0-9]{1,2}% }", TRAIL, True),
    ("{ $.* = %111\\.111\\.111\\.2[0-9]{1,2}% }", TRAIL, False),
    ("{ $.eventType = UpdateTrail }", "UpdateTrail, but not JSON", False),
    ('{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', USERS, True),
    (
        '{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }',
        USERS,
        False,
    ),
    (
        '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch'
        " && $.actions[2] = nomatch }",
        USERS,
        True,
    ),
    (
        '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch)'
        " && $.actions[2] = nomatch }",
        USERS,
        False,
    ),
    ("{ $.latency >= 500 }", NUMBERS, True),
    ("{ $.numbers[0] < 10e3 }", NUMBERS, True),
    ("{ $.numbers[0] < 10e-3 }", NUMBERS, False),
    ("{ $.processes[0].averageRuntime <= 55.5 }", NUMBERS, True),
    ("{ $.errorCode = 400 }", NUMBERS, True),
    ("{ $.errorCode = 4* }", NUMBERS, True),
    ("{ $.errorCode != 500 }", NUMBERS, True),
    ("{ $.latency > +1000 }", NUMBERS, True),
    ("{ $.bandwidth > 75 }", NUMBERS, True),
    ("{ $.latency < 50 }", NUMBERS, False),
    ("{ $.refreshRate >= 60 }", NUMBERS, True),
    ("{ $.responseTime <= 5 }", NUMBERS, False),
    ("{ $.errorCode = 400}", NUMBERS, True),
    ("{ $.number[0] = 1e+3 }", NUMBERS, True),
    ("{ $.number[0] != 1e-3 }", NUMBERS, True),
    # Seen in answers of TestMetricFilter: unquoted numbers are numbers, quoted ones are texts.
    ("{ $.someInt = 123.0 }", STATUS, True),
    ('{ $.someInt = "123" }', STATUS, True),
    ('{ $.someInt != "123.0" }', STATUS, True),
    ("{ $.someFloat2 = 12 }", STATUS, True),
    ('{ $.someFloat2 != "12" }', STATUS, True),
    ("{ $.someFloat = *.34 }", STATUS, True),
    ('{ $.a != "x" }', STATUS, False),
    ('{ $.b != "x" }', STATUS, False),
]

TEXT = [
    ("", "anything", True),
    ("ERROR", "[ERROR] A fatal exception has occurred", True),
    ("ERROR", "Exiting with ERRORCODE: -1", True),
    ("error", "[ERROR] A fatal exception has occurred", False),
    ('"ERROR" - "Exiting"', "Exiting with ERRORCODE: -1", False),
    ('"ERROR" -"Exiting"', "[ERROR 400] BAD REQUEST", True),
    ("ERROR Exception", "[ERROR] Caught IllegalArgumentException", True),
    ("ERROR Exception", "[ERROR] Caught nothing", False),
    ('"INTERNAL SERVER ERROR"', "[ERROR 500] INTERNAL SERVER ERROR", True),
    ("?ERROR ?WARN", "ERROR message", True),
    ("?ERROR ?WARN", "WARN message", True),
    ("?ERROR ?WARN", "INFO message", False),
    ("ERROR WARN", "ERROR message", False),
    ("ERROR -WARN", "ERROR message", True),
    ("ERROR -WARN", "ERROR WARN message", False),
    ("ERROR ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", True),
    ("ERROR ARGUMENTS", "[ERROR 400] BAD REQUEST", False),
    ("?ERROR ?ARGUMENTS", "[ERROR 401] UNAUTHORIZED REQUEST", True),
    ("?ERROR ?ARGUMENTS", "[ERROR 420] INVALID ARGUMENTS", True),
    ("?ERROR ?ARGUMENTS REQUEST", "[INFO] REQUEST FAILED", True),
    ("?ERROR ?ARGUMENTS REQUEST", "[ERROR 419] MISSING ARGUMENTS", False),
    ("ERROR -ARGUMENTS", "[ERROR 401] UNAUTHORIZED REQUEST", True),
    ("ERROR -ARGUMENTS", "[ERROR 420] INVALID ARGUMENTS", False),
    ('" "', "anything at all", True),
    ('" "', '{"word":1}', True),
    ("%AUTHORIZED%", "[ERROR 401] UNAUTHORIZED REQUEST", True),
    ("%AUTHORIZED%", "[SUCCESS 200] AUTHORIZED REQUEST", True),
    ("%AUTHORIZED%", "[401] UNAUTHORIZED REQUEST", True),
    ("%^4[0-9]{2}$%", "404", True),
    ("%^4[0-9]{2}$%", "500", False),
]

# "Supported regular expressions (regex) syntax": the examples of each operator.
REGEX = [
    ("%^[hc]at%", "hat and coat", True),
    ("%^[hc]at%", "the cat", False),
    ("%[hc]at$%", "the cat", True),
    ("%[hc]at$%", "hat and coat rack", False),
    ("%colou?r%", "a color", True),
    ("%colou?r%", "a colour", True),
    ("%[abc]%", "b", True),
    ("%[abc]%", "d", False),
    ("%[a-z]%", "A", False),
    ("%[abcx-z]%", "y", True),
    ("%[abcx-z]%", "d", False),
    ("%^a{3,5}$%", "aaaa", True),
    ("%^a{3,5}$%", "aa", False),
    ("%^a{3,}$%", "aaaaaaa", True),
    ("%gra|ey%", "gray", True),
    ("%gra|ey%", "grey", True),
    ("%^starting|^initializing|^shutting down%", "initializing disks", True),
    ("%^starting|^initializing|^shutting down%", "shutting down", True),
    ("%^starting|^initializing|^shutting down%", "skipping initializing disks", False),
    ("%abcc|ab[^c]$%", "abcc and more", True),
    ("%abcc|ab[^c]$%", "aba", True),
    ("%abcc|ab[^c]$%", "aac and more", False),
    ("%\\[.\\]%", "[7]", True),
    ("%\\[.\\]%", "7", False),
    ("%10\\.10\\.0\\.1%", "from 10.10.0.1", True),
    ("%10\\.10\\.0\\.1%", "10010,051", False),
    ("%10.10.0.1%", "10010,051", True),
    ("%ab*c%", "ac", True),
    ("%ab*c%", "abbbc", True),
    ("%ab[0-9]*%", "ab129", True),
    ("%ab+c%", "abc", True),
    ("%ab+c%", "ac", False),
    ("%.at%", "#at", True),
    ("%.at%", "at", False),
    ("%\\d%", "7", True),
    ("%\\D%", "7", False),
    ("%^\\S+$%", "one-word", True),
    ("%a\\sb%", "a\tb", True),
    ("%^\\w+$%", "a_1", True),
    ("%\\W%", "a_1", False),
    ("%\\x3A%", "a:b", True),
    ("%\\x28%", "f(x)", True),
    ("%\\x28%", "f", False),
]

SPACED = [
    ("[ip, user, username, timestamp, request, status_code, bytes > 1000]", PAGE, True),
    ("[ip, user, username, timestamp, request, status_code = 200, bytes]", PAGE, False),
    ("[ip, user, username, timestamp, request =*.html*, status_code = 4*, bytes]", PAGE, True),
    (
        "[ip, user, username, timestamp, request, status_code = 4* && status_code != 403, bytes]",
        PAGE,
        True,
    ),
    ("[..., status_code, bytes]", PAGE, True),
    ("[ip, user, ..., status_code = 5*, bytes]", PAGE, False),
    ("[ip, user, ...]", PAGE, True),
    ("[ip, user]", PAGE, True),  # the last one takes the rest
    ("[ip, user, username, timestamp, request, status_code = 404, bytes, more]", PAGE, False),
    (
        "[ip=%127\\.0\\.0\\.[1-9]%, user, username, timestamp, request =*.html*, "
        "status_code = 4*, bytes]",
        PAGE,
        True,
    ),
    ("[..., request =*.html*, status_code = 4*, bytes]", PAGE, True),
    (
        "[ip, user, username, timestamp, request =*.html*, "
        "status_code = 404 || status_code = 410, bytes]",
        PAGE,
        True,
    ),
    ("[..., request=*.html*, status_code=4*,]", PAGE, True),
    ("[ip=%127\\.0\\.0\\.[1-9]%, ...]", PAGE, True),
    ("[w1=ERROR, w2]", "ERROR message", True),
    ("[w1=ERROR || w1=WARN, w2]", "WARN message", True),
    ("[w1!=ERROR&&w1!=WARN, w2]", "INFO message", True),
    *(("[w1=ERROR, w2]", line, line.startswith("ERROR")) for line in LINES),
    *(("[w1=ERROR || w1=WARNING, w2]", line, line[0] in "EW") for line in LINES),
    *(("[w1!=ERROR && w1!=WARNING, w2]", line, line[0] == "I") for line in LINES),
    *(
        (
            "[logLevel, date, time, method, url=%/service/resource/[0-9]+$%, response_time]",
            line,
            line == LINES[0],
        )
        for line in LINES
    ),
    *(
        (
            "[logLevel, date, time, method, url=%/service/resource/[0-9]+/part/[0-9]+$%, "
            "response_time]",
            line,
            line == LINES[1],
        )
        for line in LINES
    ),
    # The pattern that the console offers for Lambda's logs.
    (
        '[timestamp=*Z, request_id="*-*", event]',
        '2032-03-01T10:00:00.000Z 3a4b-5c {"a": "b c"} and more',
        True,
    ),
]

CASES = [*JSON, *TEXT, *REGEX, *SPACED]

# What AWS refuses.
REFUSED = [
    "{ $.a IS NOT NULL }",
    "{ $.a EXISTS }",
    '{ $.a > "text" }',
    "{ $.a >= text }",
    "{ $.a = b:c }",
    "{ $.a = 1",
    "{ $.a.*.*.b = 1 }",
    "{ $.a[*] = 1 || $.b[*] = 1 || $.c[*] = 1 || $.d[*] = 1 }",
    "{ $.a = %(b)% }",
    "{ $.a = %b!% }",
    "{ $.a = %b% || $.a = %c% || $.a = %d% }",
    "{ eventName = StopLogging }",
    "{ }",
    "foo:bar",
    '"event": "x"',
    '"not closed',
    "[a, b",
    "[a = 1 && b = 2]",
    "[..., a, ...]",
    "x" * 1025,
]
