"""Topics, queues, mail, secrets and parameters."""

from __future__ import annotations

from tests.shapes.scenario.people import ONE_TAG, Person


def work(me: Person) -> None:
    _topics(me)
    _queues(me)
    _parameters(me)
    _secrets(me)
    me("sesv2").list_email_identities()


def _topics(me: Person) -> None:
    client = me("sns")
    topic = client.create_topic(Name="topic")["TopicArn"]
    client.list_topics()
    client.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="{}")
    client.subscribe(
        TopicArn=topic, Protocol="email", Endpoint="a@example.com", ReturnSubscriptionArn=True
    )


def _queues(me: Person) -> None:
    client = me("sqs")
    queue = client.create_queue(QueueName="queue")["QueueUrl"]
    client.add_permission(
        QueueUrl=queue, Label="l", AWSAccountIds=["111122223333"], Actions=["SendMessage"]
    )
    client.delete_queue(QueueUrl=queue)


def _parameters(me: Person) -> None:
    client = me("ssm")
    client.put_parameter(
        Name="/sap/p",
        Value="Correct-horse-1",
        Type="SecureString",
        AllowedPattern="",
        Overwrite=False,
        Tier="Standard",
        Tags=ONE_TAG,
    )
    client.get_parameters(Names=["/sap/p"], WithDecryption=True)
    client.list_tags_for_resource(ResourceType="Parameter", ResourceId="/sap/p")
    client.delete_parameter(Name="/sap/p")
    client.create_document(
        Name="patch", DocumentType="Command", DocumentFormat="JSON", Content=DOCUMENT
    )
    client.get_document(Name="patch", DocumentVersion="1")


DOCUMENT = """{"schemaVersion": "2.2", "description": "d", "mainSteps":
[{"action": "aws:runShellScript", "name": "n", "inputs": {"runCommand": ["true"]}}]}"""


def _secrets(me: Person) -> None:
    client = me("secretsmanager")
    client.create_secret(
        Name="secret",
        Description="",
        SecretString="Correct-horse-1",
        ForceOverwriteReplicaSecret=False,
    )
    client.get_resource_policy(SecretId="secret")
    client.list_secrets(MaxResults=10, Filters=[{"Key": "name", "Values": ["secret"]}])
