"""The grammar of Logs Insights QL, for lark.

Source: CloudWatch Logs User Guide, "CloudWatch Logs Insights language query syntax". Words of the
language are told from field names by where they stand, so a field may be called `limit` or `by`.
`sort` and `dedup` take names only (observed: `sort bin(5m)` is refused at its bracket).
"""

from __future__ import annotations

GRAMMAR = r"""
start: command ("|" command)*

?command: FIELDS item ("," item)*                              -> fields
        | DISPLAY item ("," item)*                             -> display
        | FILTER expression                                    -> filter
        | STATS item ("," item)* [_BY group]                   -> stats
        | SORT key ("," key)*                                  -> sort
        | LIMIT INTEGER                                        -> limit
        | DEDUP name ("," name)*                               -> dedup
        | PARSE [name] (TEXT | REGEX) [_AS name ("," name)*]   -> parse
        | UNNEST name _INTO name                               -> unnest

group: item ("," item)*
item: expression [_AS name]
key: name [ASC | DESC]
name: NAME

?expression: conjunction | expression _OR conjunction          -> either
?conjunction: negation | conjunction _AND negation             -> both
?negation: comparison | _NOT negation                          -> negate
?comparison: sum
           | sum COMPARE sum                                   -> compare
           | sum _LIKE pattern                                 -> like
           | sum _NOT _LIKE pattern                            -> unlike
           | sum _IN "[" sum ("," sum)* "]"                    -> within
           | sum _NOT _IN "[" sum ("," sum)* "]"               -> without
?pattern: sum | REGEX                                          -> regex

?sum: product | sum (PLUS | MINUS) product                     -> arithmetic
?product: power | product (STAR | SLASH | PERCENT) power       -> arithmetic
?power: sign | sign CARET power                                -> arithmetic
?sign: primary | MINUS sign                                    -> minus
?primary: (NUMBER | INTEGER)                                   -> number
        | PERIOD                                               -> period
        | TEXT                                                 -> text
        | NAME                                                 -> field
        | NAME "(" [argument ("," argument)*] ")"              -> call
        | "(" expression ")"                                   -> brackets
?argument: expression | STAR                                   -> star

FIELDS.3: /fields(?![\w.])/i
DISPLAY.3: /display(?![\w.])/i
FILTER.3: /filter(?![\w.])/i
STATS.3: /stats(?![\w.])/i
SORT.3: /sort(?![\w.])/i
LIMIT.3: /(limit|head)(?![\w.])/i
DEDUP.3: /dedup(?![\w.])/i
PARSE.3: /parse(?![\w.])/i
UNNEST.3: /unnest(?![\w.])/i
ASC.3: /asc(?![\w.])/i
DESC.3: /desc(?![\w.])/i
_BY.3: /by(?![\w.])/i
_AS.3: /as(?![\w.])/i
_INTO.3: /into(?![\w.])/i
_AND.3: /and(?![\w.])/i
_OR.3: /or(?![\w.])/i
_NOT.3: /not(?![\w.])/i
_IN.3: /in(?![\w.])/i
_LIKE.3: /like(?![\w.])|=~/i

COMPARE: "=" | "!=" | "<=" | ">=" | "<" | ">"
PLUS: "+"
MINUS: "-"
STAR: "*"
SLASH: "/"
PERCENT: "%"
CARET: "^"
NAME: /(?:@{0,2}[A-Za-z_]\w*|`[^`]+`)(?:\.(?:[@\w-]*\w|`[^`]+`)|\[\d+\]|\["[^"]*"\])*/
PERIOD.2: /\d+\s?(?:milliseconds?|msecs?|ms|months?|mons?|mo|minutes?|mins?|m|seconds?|secs?|s|hours?|hrs?|hr|h|days?|d|weeks?|w|quarters?|qtrs?|q|years?|yrs?|y)(?!\w)/i
NUMBER.1: /\d+\.\d+/
INTEGER: /\d+/
TEXT: /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/s
REGEX: /\/(?:[^\/\\]|\\.)+\//

%import common.WS
%ignore WS
%ignore /#[^\n]*/
"""  # noqa: E501
