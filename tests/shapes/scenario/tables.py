"""Tables, and queries over files."""

from __future__ import annotations

from tests.shapes.scenario.people import ROLE, Person

KEY = {"Artist": {"S": "x"}, "SongTitle": {"S": "y"}}


def work(me: Person) -> None:
    client = me("dynamodb")
    client.create_table(
        TableName="table",
        KeySchema=[
            {"AttributeName": "Artist", "KeyType": "HASH"},
            {"AttributeName": "SongTitle", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "Artist", "AttributeType": "S"},
            {"AttributeName": "SongTitle", "AttributeType": "S"},
        ],
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    )
    client.put_item(
        TableName="table", Item={**KEY, "Award": {"S": "z"}}, ReturnConsumedCapacity="TOTAL"
    )
    client.update_item(
        TableName="table",
        Key=KEY,
        UpdateExpression="SET #a = :new",
        ConditionExpression="#a = :old",
        ExpressionAttributeNames={"#a": "Award"},
        ExpressionAttributeValues={":new": {"S": "1"}, ":old": {"S": "2"}},
        ReturnConsumedCapacity="TOTAL",
    )
    client.update_table(
        TableName="table",
        ProvisionedThroughput={"ReadCapacityUnits": 10, "WriteCapacityUnits": 10},
    )
    client.delete_table(TableName="table")
    me("dax").create_cluster(
        ClusterName="cache",
        NodeType="dax.r4.large",
        ReplicationFactor=3,
        IamRoleArn=ROLE,
        SSESpecification={"Enabled": True},
    )
    athena = me("athena")
    athena.list_work_groups()
    athena.list_named_queries()
    athena.start_query_execution(
        QueryString="SELECT 1",
        ClientRequestToken="550e8400-e29b-41d4-a716-446655440000",
        QueryExecutionContext={"Database": "trails"},
        ResultConfiguration={"OutputLocation": "s3://bucket-of-logs/"},
        WorkGroup="primary",
    )
    redshift = me("redshift")
    redshift.describe_clusters()
    me("glue").get_databases()
